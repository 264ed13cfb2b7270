import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../gpu-runner/main.ts", import.meta.url));

/** A runner in a process of its own. */
export interface RunnerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Resolves with the exit code, and with what it had written to its log. */
  readonly ended: Promise<{ readonly code: number | null; readonly log: string }>;
}

/** Starts a runner on a free port of this machine, on the CPU; resolves when it is ready. */
export async function startRunnerProcess(
  environment: Readonly<Record<string, string>>,
): Promise<RunnerProcess> {
  const env = { ...process.env, PORT: "0", EXECUTION_PROVIDER: "cpu", ...environment };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk) => {
    log += String(chunk);
  });
  const ended = once(child, "exit").then(([code]) => ({ code: typeof code === "number" ? code : null, log }));
  const isReady = await Promise.race([
    once(child.stdout, "data").then(([chunk]) => String(chunk).startsWith("ready")),
    ended.then(() => false),
  ]);
  const url = /"url":"([^"]+)"/.exec(log)?.[1];
  if (!isReady || url === undefined) throw new Error(`The runner did not start: ${log}`);
  return { url, child, ended };
}
