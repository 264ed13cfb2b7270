import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { Block, TablePlan } from "../contracts/columns.ts";
import { finishTally } from "./finishTally.ts";
import { startTally, type TallyOptions } from "./tally.ts";
import { tallyBlock } from "./tallyBlock.ts";

/** One pass over a table: the statistics of its 64 buckets, and at most 50,000 rows. */
export async function summarize(
  blocks: AsyncIterable<Block>,
  frame: Frame,
  plan: TablePlan,
  options: TallyOptions,
): Promise<Summary> {
  const tally = startTally(frame, plan, options);
  for await (const block of blocks) tallyBlock(tally, block);
  return finishTally(tally);
}
