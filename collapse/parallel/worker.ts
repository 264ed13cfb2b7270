import { parentPort } from "node:worker_threads";
import { partsOf, startTally, type Tally } from "../count/tally.ts";
import { tallyBlock } from "../count/tallyBlock.ts";
import { poolMeasures } from "../dimensions/poolMeasures.ts";
import { runHarmJob } from "../harm/harmJobs.ts";
import type { Handlers } from "./jobs.ts";
import type { Reply } from "./openLanes.ts";
import { unpackBlock } from "./packBlock.ts";

// The other side of `openLanes`: a thread that is sent jobs, and null as the last of them.

const tallies = new Map<number, Tally>();
let started = 0;

const tallyAt = (number: number): Tally => {
  const tally = tallies.get(number);
  if (tally === undefined) throw new Error("no such tally");
  return tally;
};

const handlers: Handlers = {
  startTally: ({ frame, plan, options }) => {
    tallies.set(++started, startTally(frame, plan, options));
    return started;
  },
  addBlock: ({ tally, block }) => {
    tallyBlock(tallyAt(tally), unpackBlock(block));
    return null;
  },
  endTally: ({ tally }) => {
    const parts = partsOf(tallyAt(tally));
    tallies.delete(tally);
    return parts;
  },
  measurePool: ({ frame, pool, draws }) => poolMeasures(frame).map((measure) => measure.measure(pool, draws)),
  measureHarm: runHarmJob,
};

parentPort?.on("message", (message) => {
  if (message === null) return parentPort?.close();
  const reply = replyTo(message);
  parentPort?.postMessage(reply, message.kind === "endTally" ? buffersIn(reply.value) : []);
});

function replyTo(message: { number: number; kind: keyof Handlers; ask: never }): Reply {
  const { number, kind, ask } = message;
  try {
    return { number, value: handlers[kind](ask) };
  } catch (error) {
    return { number, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** The memory of arrays that are an answer's own: it is handed over, not copied. */
function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (value instanceof Object) for (const inner of Object.values(value)) buffersIn(inner, found);
  return [...found];
}
