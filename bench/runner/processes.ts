import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../hosts.ts";
import type { LoadResult, LoadSpec } from "./load/callers.ts";

/** The real runner, in a process of its own. */
export interface RunnerProcess {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/** Starts `gpu-runner/main.ts` on a repository and a free port; resolves when it says `ready`. */
export const startRunnerProcess = async (
  repository: string,
  profileFolder: string | null,
): Promise<RunnerProcess> => {
  const profiling = profileFolder === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
  const child = spawn(process.execPath, [...profiling, join(ROOT, "gpu-runner/main.ts")], {
    env: { ...process.env, PORT: "0", MODEL_REPOSITORY: repository, QUEUE_LIMIT: "1024" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk) => {
    log += String(chunk);
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(
    () => reject(new Error(`The runner does not get ready: ${log}`)),
    START_TIMEOUT_MS,
  );
  child.stdout.on("data", () => {
    const url = /"url":"([^"]+)"/.exec(log)?.[1];
    if (url !== undefined) resolve(url);
  });
  child.once("exit", () => reject(new Error(`The runner ended: ${log}`)));
  const url = await promise.finally(() => clearTimeout(timer));
  const stop = async (): Promise<void> => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  return { url, pid: child.pid ?? 0, stop };
};

const loadSchema = z.object({
  requestsPerSecond: z.number(),
  // Not a number where no request was answered in time.
  p50Ms: z.number().or(z.nan()),
  p99Ms: z.number().or(z.nan()),
  failed: z.number(),
});
const bareSchema = z.object({ rowsPerSecond: z.number(), p50Ms: z.number() });
export type BareResult = z.infer<typeof bareSchema>;
const answerSchema = z.union([z.object({ result: z.unknown() }), z.object({ failure: z.string() })]);

const ask = async (child: ChildProcess, spec: object): Promise<unknown> => {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, "exit", { signal }).then(() => Promise.reject(new Error("It has ended.")));
  const answered = once(child, "message", { signal });
  // What has not come when the other has is of no interest any more.
  ended.catch(() => {});
  answered.catch(() => {});
  child.send(spec);
  const [message] = await Promise.race([answered, ended]).finally(() => over.abort());
  const answer = answerSchema.parse(message);
  if ("failure" in answer) throw new Error(answer.failure);
  return answer.result;
};

/** What asks the runner and what it is compared with, each a process of its own. */
export interface Helpers {
  load(spec: LoadSpec): Promise<LoadResult>;
  runBare(spec: { path: string; rows: number; measuredMs: number }): Promise<BareResult>;
  close(): void;
}

export const startHelpers = (): Helpers => {
  const start = (file: string): ChildProcess =>
    fork(new URL(file, import.meta.url), { serialization: "advanced" });
  const generator = start("generator.ts");
  const bare = start("bareLoop.ts");
  return {
    load: async (spec) => loadSchema.parse(await ask(generator, spec)),
    runBare: async (spec) => bareSchema.parse(await ask(bare, spec)),
    close: () => {
      generator.kill();
      bare.kill();
    },
  };
};
