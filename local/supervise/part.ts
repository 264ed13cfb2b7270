import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { killQuietly, processesOfGroup } from "./processes.ts";
import { StartError } from "./startError.ts";

export type PartName = "postgres" | "redis" | "runner" | "edge";

export interface PartSpec {
  readonly name: PartName;
  /** The program, run by this same Node. */
  readonly program: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface PartEvents {
  /** A line that the part wrote, as it is. */
  readonly onLine: (line: string) => void;
  /** It serves: at first, and again after each restart. */
  readonly onReady: (part: Part) => void;
  /** It died and comes back after the pause. */
  readonly onDeath: (name: PartName, why: string, pauseMs: number) => void;
}

/** One part of the running stack: a process of its own that is started again whenever it dies. */
export interface Part {
  readonly name: PartName;
  /** Its process while it runs, else null. */
  readonly pid: number | null;
  /** Every process it consists of, itself first. */
  processes(): number[];
  /** Resolves when it serves, again after a death; rejects when it never came to serve at all. */
  ready(): Promise<void>;
  /** Sends a signal to its process, as an operator would. */
  kill(signal: NodeJS.Signals): void;
  /** Kills all of it and resolves when it serves again. */
  restart(): Promise<void>;
  /** A message to the part's own process. */
  send(message: string): void;
  /** Ends it for good. */
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
/** A part that has lived this long starts over with the shortest pause. */
const HEALTHY_AFTER_MS = 30_000;
const STOP_TIMEOUT_MS = 12_000;

/** Starts a part and keeps it running until `stop`. */
export function startPart(spec: PartSpec, events: PartEvents): Part {
  let child: ChildProcess | null = null;
  let served = false;
  let stopping = false;
  let pauseMs = FIRST_PAUSE_MS;
  let timer: NodeJS.Timeout | undefined;
  const readiness = newReadiness();
  let ended = Promise.resolve();

  function spawnChild(): void {
    const startedMs = Date.now();
    const running = spawn(process.execPath, [spec.program], {
      cwd: spec.folder,
      env: { ...spec.environment },
      // A group of its own: a Ctrl-C reaches the supervisor alone, and the group can be ended as a whole.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    child = running;
    const said: string[] = [];
    let serves = false;
    eachLine(running.stdout, (line) => {
      if (line !== "ready") return events.onLine(line);
      serves = true;
      becomeReady();
    });
    eachLine(running.stderr, (line) => {
      if (serves || isLogLine(line)) events.onLine(line);
      else said.push(line);
    });
    ended = new Promise((resolve) => {
      const finish = (how: string) => {
        if (child !== running) return;
        child = null;
        if (running.pid !== undefined) killQuietly(-running.pid, "SIGKILL");
        resolve();
        afterDeath(serves ? how : said.join("\n") || how, Date.now() - startedMs);
      };
      running.once("error", (error) => finish(`${spec.name} cannot run: ${error.message}`));
      running.once("close", (code, signal) => finish(`${spec.name} ended: ${signal ?? `exit code ${code}`}`));
      running.once("exit", () => {
        // What it left behind may hold its output open, and "close" would wait for that.
        if (running.pid !== undefined) killQuietly(-running.pid, "SIGKILL");
      });
    });
  }

  function becomeReady(): void {
    served = true;
    readiness.resolve();
    events.onReady(part);
  }

  function afterDeath(how: string, livedMs: number): void {
    if (stopping) return;
    if (!served) {
      readiness.reject(new StartError(how));
      return;
    }
    readiness.renew();
    pauseMs = livedMs > HEALTHY_AFTER_MS ? FIRST_PAUSE_MS : pauseMs;
    events.onDeath(spec.name, how, pauseMs);
    timer = setTimeout(spawnChild, pauseMs);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }

  const part: Part = {
    name: spec.name,
    get pid() {
      return child?.pid ?? null;
    },
    processes: () => (child?.pid === undefined ? [] : withFirst(child.pid, processesOfGroup(child.pid))),
    ready: () => readiness.promise(),
    kill(signal) {
      if (child?.pid !== undefined) killQuietly(child.pid, signal);
    },
    async restart() {
      const { pid } = part;
      if (pid !== null) killQuietly(-pid, "SIGKILL");
      await ended;
      await part.ready();
    },
    send(message) {
      if (child?.connected) child.send(message);
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      if (child?.pid === undefined) return;
      const { pid } = child;
      killQuietly(pid, "SIGTERM");
      // One that was stopped by a signal would never see the other.
      killQuietly(-pid, "SIGCONT");
      const overdue = setTimeout(() => killQuietly(-pid, "SIGKILL"), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(overdue);
    },
  };
  spawnChild();
  return part;
}

/** Log lines are JSON; whatever else a part says before it serves is why it does not start. */
const isLogLine = (line: string): boolean => line.startsWith("{");

const withFirst = (first: number, all: readonly number[]): number[] => [
  first,
  ...all.filter((pid) => pid !== first),
];

function eachLine(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on("line", onLine);
}

interface Readiness {
  promise(): Promise<void>;
  resolve(): void;
  reject(error: Error): void;
  /** From now on `promise` waits for the next `resolve`. */
  renew(): void;
}

function newReadiness(): Readiness {
  let current = Promise.withResolvers<void>();
  let settled = false;
  current.promise.catch(() => undefined);
  return {
    promise: () => current.promise,
    resolve() {
      settled = true;
      current.resolve();
    },
    reject(error) {
      settled = true;
      current.reject(error);
    },
    renew() {
      if (!settled) return;
      settled = false;
      current = Promise.withResolvers<void>();
      current.promise.catch(() => undefined);
    },
  };
}
