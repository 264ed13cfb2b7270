import type { Block, TablePlan } from "../contracts/columns.ts";
import { summarize } from "../count/summarize.ts";
import { frameOf } from "../encode/frameOf.ts";
import type { Lanes } from "../parallel/openLanes.ts";
import type { Learned } from "./learned.ts";

/** Reads a reference twice: once to fix what is counted, and once to count it. `read` is told what for. */
export async function learnReference(
  read: (phase: string) => AsyncIterable<Block>,
  plan: TablePlan,
  seed: number,
  lanes: Lanes | null = null,
): Promise<Learned> {
  const frame = await frameOf(read("Learning the reference"), plan, seed);
  const summary = await summarize(
    read("Counting the reference"),
    frame,
    plan,
    { seed, table: "reference" },
    lanes,
  );
  return { plan, frame, summary, seed, savedFrom: null };
}
