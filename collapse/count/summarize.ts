import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { Block, TablePlan } from "../contracts/columns.ts";
import type { Lane, Lanes } from "../parallel/openLanes.ts";
import { packBlock } from "../parallel/packBlock.ts";
import { finishTally } from "./finishTally.ts";
import { mergeTally, startTally, type Tally, type TallyOptions } from "./tally.ts";
import { tallyBlock } from "./tallyBlock.ts";

/** Blocks that may wait for a lane: so that it never waits for one, and few are held. */
const BLOCKS_AHEAD = 2;

/**
 * One pass over a table: the statistics of its 64 buckets, and at most 50,000 rows. Each lane counts every so many-th
 * block; how many lanes there are changes no byte.
 */
export async function summarize(
  blocks: AsyncIterable<Block>,
  frame: Frame,
  plan: TablePlan,
  options: TallyOptions,
  lanes: Lanes | null = null,
): Promise<Summary> {
  const tally = startTally(frame, plan, options);
  if (lanes === null) for await (const block of blocks) tallyBlock(tally, block);
  else await tallyInLanes(blocks, tally, plan, lanes.lanes);
  return finishTally(tally);
}

async function tallyInLanes(
  blocks: AsyncIterable<Block>,
  into: Tally,
  plan: TablePlan,
  lanes: readonly Lane[],
): Promise<void> {
  const { frame, options } = into;
  const counting = await Promise.all(
    lanes.map(async (lane) => ({
      lane,
      tally: await lane.call("startTally", { frame, plan, options }),
      ahead: [] as Promise<null>[],
    })),
  );
  let next = 0;
  for await (const block of blocks) {
    const one = counting[next++ % counting.length];
    if (one === undefined) continue;
    one.ahead.push(one.lane.call("addBlock", { tally: one.tally, block: packBlock(block) }));
    if (one.ahead.length > BLOCKS_AHEAD) await one.ahead.shift();
  }
  for (const { lane, tally, ahead } of counting) {
    await Promise.all(ahead);
    mergeTally(into, await lane.call("endTally", { tally }));
  }
}
