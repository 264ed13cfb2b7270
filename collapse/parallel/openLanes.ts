import "../networks/muteTelemetry.ts";
import { Worker } from "node:worker_threads";
import type { JobKind, Jobs } from "./jobs.ts";

/** A thread that does one job after the other. */
export interface Lane {
  call<Kind extends JobKind>(kind: Kind, ask: Jobs[Kind]["ask"]): Promise<Jobs[Kind]["answer"]>;
}

/** Threads that compute beside this one. What is computed does not depend on how many there are. */
export interface Lanes {
  readonly lanes: readonly Lane[];
  /** Asks the lane that has the least to do. */
  readonly call: Lane["call"];
  /** Ends the threads behind what they still have to do. */
  close(): Promise<void>;
}

/** What a lane answers: a value, or how the job broke, which is a bug. */
export interface Reply {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Starts `count` threads. */
export function openLanes(count: number): Lanes {
  const lanes = Array.from({ length: count }, startLane);
  return {
    lanes,
    call: (kind, ask) => {
      const [first, ...others] = lanes;
      if (first === undefined) throw new Error("there is no lane to ask");
      return others
        .reduce((best, lane) => (lane.waiting() < best.waiting() ? lane : best), first)
        .call(kind, ask);
    },
    close: async () => {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

/** What comes of a thread that runs this very code: `Handlers` says what it is. */
type Received = ReturnType<JSON["parse"]>;

interface StartedLane extends Lane {
  waiting(): number;
  close(): Promise<void>;
}

function startLane(): StartedLane {
  const thread = new Worker(new URL("./worker.ts", import.meta.url));
  const open = new Map<number, { resolve: (value: Received) => void; reject: (error: Error) => void }>();
  let asked = 0;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const failAll = (error: Error): void => {
    for (const { reject } of open.values()) reject(error);
    open.clear();
  };
  thread.on("message", (reply) => {
    const { number, value, error } = reply;
    const job = open.get(number);
    open.delete(number);
    if (error === undefined) job?.resolve(value);
    else job?.reject(new Error(error));
  });
  thread.on("error", (error) => failAll(error instanceof Error ? error : new Error(String(error))));
  thread.on("exit", () => {
    failAll(new Error("a thread ended before its work did"));
    end();
  });
  return {
    waiting: () => open.size,
    call: (kind, ask) => {
      const { promise, resolve, reject } = Promise.withResolvers<Received>();
      const number = asked++;
      open.set(number, { resolve, reject });
      thread.postMessage({ number, kind, ask });
      return promise;
    },
    // Never from outside: a thread that is ended within the runtime takes the process with it.
    close: () => {
      thread.postMessage(null);
      return ended;
    },
  };
}
