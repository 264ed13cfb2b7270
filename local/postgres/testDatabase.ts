import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A database process for tests, the same that `npm start` runs, over a folder of its own. */
export interface TestDatabase {
  readonly port: number;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** Connection string of a role, for both protocols. */
  url(role: "postgres" | "headgate_app"): string;
  readonly httpUrl: string;
  readonly webSocketProxy: string;
  /** Ends the process and waits for it; SIGKILL leaves the folder as it is, SIGTERM closes the database. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Ends the process and removes the folder. */
  remove(): Promise<void>;
}

export const TEST_PASSWORDS = { postgres: "owner-password", headgate_app: "app-password" } as const;

/** What the database process of these settings says: `ready`, or its last sentence and exit code. */
export interface StartedProcess {
  readonly child: ChildProcess;
  readonly ready: Promise<{ ready: true } | { ready: false; code: number | null; stderr: string }>;
}

/** Tests hold little, and start often. */
const TEST_BUFFERS_MB = "64";

/** Starts local/postgres/main.ts with these settings. */
export function startDatabaseProcess(environment: Readonly<Record<string, string>>): StartedProcess {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, HEADGATE_PG_BUFFERS_MB: TEST_BUFFERS_MB, ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += String(chunk);
  });
  const ready: StartedProcess["ready"] = new Promise((resolve) => {
    child.stdout?.once("data", () => resolve({ ready: true }));
    child.once("close", (code) => resolve({ ready: false, code, stderr }));
  });
  return { child, ready };
}

/** Starts an embedded database; `dataDir` opens one that was there before. */
export async function startTestDatabase(
  dataDir = join(mkdtempSync(join(tmpdir(), "headgate-postgres-")), "data"),
  environment: Readonly<Record<string, string>> = {},
): Promise<TestDatabase> {
  const port = await freePort();
  const { child, ready } = startDatabaseProcess({
    HEADGATE_PG_PORT: String(port),
    HEADGATE_PG_DATA_DIR: dataDir,
    HEADGATE_PG_PASSWORDS: JSON.stringify(TEST_PASSWORDS),
    ...environment,
  });
  const outcome = await ready;
  if (!outcome.ready) throw new Error(`The test database did not start: ${outcome.stderr}`);
  const stop = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await new Promise((resolve) => child.once("exit", resolve));
  };
  return {
    port,
    dataDir,
    child,
    url: (role) => `postgresql://${role}:${TEST_PASSWORDS[role]}@localhost:${port}/headgate`,
    httpUrl: `http://127.0.0.1:${port}/sql`,
    webSocketProxy: `127.0.0.1:${port}/v2`,
    stop,
    remove: async () => {
      await stop("SIGKILL");
      rmSync(join(dataDir, ".."), { recursive: true, force: true });
    },
  };
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      server.close((error) => (error ? reject(error) : resolve(port)));
    });
  });
}
