import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { Block, TablePlan } from "../contracts/columns.ts";
import type { Lane, Lanes } from "../parallel/openLanes.ts";
import { packBlock } from "../parallel/packBlock.ts";
import { finishTally } from "./finishTally.ts";
import { mergeTally, startTally, type Tally, type TallyOptions, type TallyParts } from "./tally.ts";
import { tallyBlock } from "./tallyBlock.ts";

/** Blocks that may wait for a lane: so that it never waits for one, and few are held. */
const BLOCKS_AHEAD = 2;

/**
 * One pass over a table: the statistics of its 64 buckets, and at most 50,000 rows. Blocks are counted here and on
 * whichever lane is free; how many lanes there are changes no byte.
 */
export async function summarize(
  blocks: AsyncIterable<Block>,
  frame: Frame,
  plan: TablePlan,
  options: TallyOptions,
  lanes: Lanes | null = null,
): Promise<Summary> {
  const tally = startTally(frame, plan, options);
  const helpers = await Promise.all((lanes?.lanes ?? []).map((lane) => startHelper(lane, tally, plan)));
  for await (const block of blocks) {
    const free = helpers.find(({ waiting }) => waiting.size < BLOCKS_AHEAD);
    if (free) free.add(block);
    else tallyBlock(tally, block);
  }
  for (const helper of helpers) mergeTally(tally, await helper.end());
  return finishTally(tally);
}

/** A lane that counts some of the blocks. */
interface Helper {
  readonly waiting: ReadonlySet<Promise<unknown>>;
  add(block: Block): void;
  end(): Promise<TallyParts>;
}

async function startHelper(lane: Lane, { frame, options }: Tally, plan: TablePlan): Promise<Helper> {
  const tally = await lane.call("startTally", { frame, plan, options });
  const waiting = new Set<Promise<unknown>>();
  const failures: unknown[] = [];
  return {
    waiting,
    add: (block) => {
      const asked: Promise<unknown> = lane
        .call("addBlock", { tally, block: packBlock(block) })
        .catch((error: unknown) => failures.push(error))
        .finally(() => waiting.delete(asked));
      waiting.add(asked);
    },
    end: async () => {
      await Promise.all(waiting);
      for (const failure of failures) throw failure;
      return lane.call("endTally", { tally });
    },
  };
}
