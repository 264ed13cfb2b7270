import type { Frame } from "../contracts/aggregates.ts";
import { ACTIONS, type Recommendation } from "../contracts/recommendations.ts";
import type { Sides } from "../openSides.ts";
import { digestSet } from "./digestSet.ts";
import { blockEncoder } from "./encodeBlock.ts";
import type { Remedies } from "./recommend.ts";
import { copyCounter, weightOf } from "./weighRows.ts";

/** A row of one block: whether it is kept, or how often. */
type RowRule = (row: number, index: number) => number;

/** What the chosen actions need to know. */
export interface Mending {
  readonly sides: Sides;
  readonly frame: Frame;
  readonly remedies: Remedies;
  readonly chosen: readonly Recommendation[];
  readonly seed: number;
}

/** The actions that were chosen, in the order in which they follow each other. */
export const inOrder = (chosen: readonly Recommendation[]): readonly Recommendation[] =>
  chosen.toSorted((left, right) => ACTIONS.indexOf(left.action) - ACTIONS.indexOf(right.action));

/** How often each row of the candidate stands in the mended set, 0 to 255. One pass, or none. */
export async function countCopies({ sides, frame, remedies, chosen, seed }: Mending): Promise<Uint8Array> {
  const { plan, candidate } = sides;
  const copies = new Uint8Array(candidate.rows).fill(1);
  const actions = inOrder(chosen).filter(({ action }) =>
    ["drop_flagged", "deduplicate", "reweight"].includes(action),
  );
  if (actions.length === 0) return copies;
  const encode = blockEncoder(frame, plan, { seed, table: "candidate" });
  const seen = digestSet();
  const count = copyCounter();
  for await (const block of candidate.blocks()) {
    const rows = encode(block);
    const rules = actions.map(({ action, parameters }): RowRule => {
      if (action === "drop_flagged") return (_, index) => (remedies.flagged?.has(index) === true ? 0 : 1);
      if (action === "deduplicate") return (row) => (seen.add(rows.digest[row] ?? 0) ? 1 : 0);
      const weights = remedies.weights.get(parameters.cap ?? 0);
      const all = Uint32Array.from({ length: rows.rows }, (_, row) => row);
      const ratios = remedies.weigher?.ratios(rows, all);
      return (row) => (weights === undefined ? 1 : count(weightOf(weights, ratios?.[row] ?? 1)));
    });
    for (let row = 0; row < rows.rows; row++) {
      const index = block.firstRow + row;
      // A row that one action drops is none for those that follow.
      for (const rule of rules) if (copies[index] !== 0) copies[index] = rule(row, index);
    }
  }
  return copies;
}
