import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

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

/** Waits until a process has logged these words. */
const said = (child: ChildProcess, words: string): Promise<void> =>
  new Promise((resolve) => {
    child.stderr?.on("data", (chunk) => {
      if (String(chunk).includes(words)) resolve();
    });
  });

const children: ChildProcess[] = [];
const started = <Child extends ChildProcess>(child: Child): Child => {
  children.push(child);
  return child;
};
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

describe("the runner's process", () => {
  it("says ready, and on SIGTERM finishes what it accepted, takes nothing new, and exits with 0; of its use it keeps no diary", async () => {
    // Where ONNX Runtime reports what it runs, it leaves files in there.
    const TMPDIR = mkdtempSync(join(tmpdir(), "headgate-runner-"));
    const child = started(
      spawn(process.execPath, [MAIN], {
        env: environment({ TMPDIR, HOME: TMPDIR }),
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    const url = await untilReady(child);
    const target = new URL("/v2/models/lexical-384/infer", url);
    const headers = { expect: "100-continue", "inference-header-content-length": "0", "content-length": "5" };
    const accepted = request(target, { method: "POST", headers });
    accepted.flushHeaders();
    await once(accepted, "continue");
    const code = exitCode(child);
    const draining = said(child, '"message":"draining"');
    child.kill("SIGTERM");
    await draining;
    await expect(fetch(`${url}/v2`)).rejects.toThrow();
    accepted.end("hello");
    const [answer]: IncomingMessage[] = await once(accepted, "response");
    answer?.resume();
    expect([answer?.statusCode, answer?.headers.connection]).toEqual([200, "close"]);
    expect(await code).toBe(0);
    expect(readdirSync(TMPDIR)).toEqual([]);
    rmSync(TMPDIR, { recursive: true });
  });

  it("exits when the parent that it has a channel to is gone", async () => {
    const child = started(fork(MAIN, { env: environment({}), stdio: ["ignore", "pipe", "pipe", "ipc"] }));
    await untilReady(child);
    const code = exitCode(child);
    child.disconnect();
    expect(await code).toBe(0);
  });

  it("says in one sentence which setting is wrong, and exits with 1", async () => {
    const child = started(spawn(process.execPath, [MAIN], { env: environment({ WORKERS: "many" }) }));
    let log = "";
    child.stderr.on("data", (chunk) => {
      log += String(chunk);
    });
    expect(await exitCode(child)).toBe(1);
    expect(log).toMatch(/^The setting WORKERS is wrong \("many"\): .+\.\n$/);
  });
});
