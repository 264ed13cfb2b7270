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

const tallyAt = (number: number): Tally => {
  const tally = tallies.get(number);
  if (tally === undefined) throw new Error("no such tally");
  return tally;
};

const handlers: Handlers = {
  startTally: ({ frame, plan, options }) => {
    tallies.set(tallies.size, startTally(frame, plan, options));
    return tallies.size - 1;
  },
  addBlock: ({ tally, block }) => {
    tallyBlock(tallyAt(tally), unpackBlock(block));
    return null;
  },
  endTally: ({ tally }) => partsOf(tallyAt(tally)),
  measurePool: ({ frame, pool, draws }) => poolMeasures(frame).map((measure) => measure.measure(pool, draws)),
  measureHarm: runHarmJob,
};

parentPort?.on("message", (message) => {
  if (message === null) return parentPort?.close();
  parentPort?.postMessage(replyTo(message));
});

function replyTo(message: { number: number; kind: keyof Handlers; ask: never }): Reply {
  const { number, kind, ask } = message;
  try {
    return { number, value: handlers[kind](ask) };
  } catch (error) {
    return { number, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
