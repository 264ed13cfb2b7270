import { rowHashes } from "../encode/rowHash.ts";
import { inOrder, type Mending } from "./countCopies.ts";
import { blockEncoder } from "./encodeBlock.ts";
import { isOutermost } from "./outermost.ts";

const MOST_COPIES = 255;

/** How often each row of the reference is added; or how many it would take to have enough. */
export type RealCopies =
  | { readonly enough: true; readonly copies: Uint8Array }
  | { readonly enough: false; readonly wanted: number };

/**
 * Chooses the real rows to add: of all rows, or of the outermost tenth, those with the least hashes. Rows of the tail
 * may come several times, for that is what oversampling is; other real rows do not, for copies are no new data.
 */
export async function countReal(mending: Mending, kept: number): Promise<RealCopies> {
  const { sides, remedies, chosen, seed } = mending;
  const adding = inOrder(chosen).filter(
    ({ action }) => action === "oversample_tails" || action === "mix_real",
  );
  const copies = new Uint8Array(adding.length === 0 ? 0 : sides.reference.rows);
  let total = kept;
  for (const { action, parameters } of adding) {
    const share = parameters.real_share ?? 0;
    const wanted = Math.round((share / (1 - share)) * total);
    const isTail = action === "oversample_tails" && remedies.outermost !== null;
    const rows = isTail ? await outermostIndices(mending) : indices(sides.reference.rows);
    const most = isTail ? rows.length * MOST_COPIES : rows.length;
    if (wanted > most) return { enough: false, wanted };
    const order = byHash(rows, seed);
    for (let at = 0; at < wanted; at++) {
      const row = order[at % order.length] ?? 0;
      copies[row] = Math.min(MOST_COPIES, (copies[row] ?? 0) + 1);
    }
    total += wanted;
  }
  return { enough: true, copies };
}

const indices = (count: number): Float64Array => Float64Array.from({ length: count }, (_, row) => row);

function byHash(rows: Float64Array, seed: number): Float64Array {
  const { hashAt } = rowHashes(seed, "reference");
  const hashes = rows.map(hashAt);
  const order = Float64Array.from(rows, (_, place) => place);
  return order
    .sort((left, right) => (hashes[left] ?? 0) - (hashes[right] ?? 0) || left - right)
    .map((place) => rows[place] ?? 0);
}

async function outermostIndices({ sides, frame, remedies, seed }: Mending): Promise<Float64Array> {
  const { outermost } = remedies;
  const encode = blockEncoder(frame, sides.plan, { seed, table: "reference" });
  const found: number[] = [];
  for await (const block of sides.reference.blocks()) {
    const rows = encode(block);
    for (let row = 0; row < rows.rows; row++)
      if (outermost !== null && isOutermost(outermost, rows, row)) found.push(block.firstRow + row);
  }
  return Float64Array.from(found);
}
