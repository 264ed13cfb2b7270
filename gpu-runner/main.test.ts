import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

const environment = (more: Record<string, string>): NodeJS.ProcessEnv => ({
  ...process.env,
  PORT: "0",
  WORKERS: "1",
  EXECUTION_PROVIDER: "cpu",
  ...more,
});

/** Collects what a process says until it says `ready`; its URL is in its log. */
const untilReady = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let log = "";
    child.stderr?.on("data", (chunk) => {
      log += String(chunk);
    });
    child.stdout?.on("data", (chunk) => {
      const url = /"url":"([^"]+)"/.exec(log)?.[1];
      if (String(chunk) === "ready\n" && url !== undefined) resolve(url);
    });
    child.once("exit", () => reject(new Error(log)));
  });

const exitCode = async (child: ChildProcess): Promise<unknown> => (await once(child, "exit"))[0];

const pendingOf = async (url: string): Promise<string> => {
  const page = await (await fetch(`${url}/metrics`)).text();
  return /^headgate_runner_pending_requests\{model="visual-512"\}.*$/m.exec(page)?.[0] ?? "";
};

describe("the runner's process", () => {
  it("says ready, and on SIGTERM finishes what it accepted, takes nothing new, and exits with 0", async () => {
    const child = spawn(process.execPath, [MAIN], {
      env: environment({}),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const url = await untilReady(child);
    // Takes the one worker long enough to decode for the other requests to be seen waiting.
    const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
    const image = await sharp({
      create: { width: 3000, height: 3000, channels: 3, background: "gray", noise },
    })
      .jpeg({ quality: 30 })
      .toBuffer();
    const call = (): Promise<Response> =>
      fetch(`${url}/v2/models/visual-512/infer`, {
        method: "POST",
        headers: { "inference-header-content-length": "0" },
        body: new Uint8Array(image),
      });
    expect((await call()).status).toBe(200);
    const accepted = Array.from({ length: 6 }, call);
    while (!(await pendingOf(url)).endsWith(" 5")) expect(child.exitCode).toBeNull();
    const code = exitCode(child);
    child.kill("SIGTERM");
    const statuses = (await Promise.all(accepted)).map(({ status }) => status);
    expect(statuses).toEqual(accepted.map(() => 200));
    expect(await code).toBe(0);
    await expect(call()).rejects.toThrow();
  });

  it("exits when the parent that it has a channel to is gone", async () => {
    const child = fork(MAIN, { env: environment({}), stdio: ["ignore", "pipe", "pipe", "ipc"] });
    await untilReady(child);
    const code = exitCode(child);
    child.disconnect();
    expect(await code).toBe(0);
  });

  it("says in one sentence which setting is wrong, and exits with 1", async () => {
    const child = spawn(process.execPath, [MAIN], { env: environment({ WORKERS: "many" }) });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += String(chunk);
    });
    expect(await exitCode(child)).toBe(1);
    expect(said).toMatch(/^The setting WORKERS is wrong \("many"\): .+\.\n$/);
  });
});
