import { BUCKETS } from "../contracts/aggregates.ts";
import type { Block } from "../contracts/columns.ts";
import { rowHashes, stringHash } from "../encode/rowHash.ts";
import type { Tally, TallyOptions } from "./tally.ts";

/** A block in codes, and what puts its rows in the order of their buckets. */
export interface CodedBlock {
  readonly block: Block;
  /** Of each row its bucket, and its place in the order of the buckets. */
  readonly buckets: Uint8Array;
  readonly places: Uint32Array;
  /** The rows of bucket b have the places from `starts[b]` up to `starts[b + 1]`. */
  readonly starts: Uint32Array;
  /** Of each variable the code of each row. */
  readonly codes: readonly Uint16Array[];
  /** Normal scores, feature by feature, by place. */
  readonly scores: Float64Array;
}

export function codeBlock(tally: Tally, block: Block): CodedBlock {
  const { variables, encoding } = tally.frame;
  const buckets = bucketsOf(block, tally.options);
  const { starts, places } = bucketOrder(buckets);
  const scores = new Float64Array(encoding.dense * block.rows);
  const codes = variables.map(({ column }, variable) => {
    const read = block.columns[column] ?? null;
    const ofRows = new Uint16Array(block.rows);
    tally.coders[variable]?.(read, block.rows, ofRows);
    const feature = encoding.encoders[variable]?.scoreFeature ?? -1;
    if (feature >= 0 && read instanceof Float64Array) {
      const into = scores.subarray(feature * block.rows, (feature + 1) * block.rows);
      tally.scorers[variable]?.(read, ofRows, places, into);
    }
    return ofRows;
  });
  return { block, buckets, places, starts, codes, scores };
}

/** By the group's hash, that a group is never split; else by the row's. */
export function bucketsOf(block: Block, { seed, table }: TallyOptions): Uint8Array {
  const buckets = new Uint8Array(block.rows);
  const { bucketAt } = rowHashes(seed, table);
  if (block.groups === null) {
    for (let row = 0; row < block.rows; row++) buckets[row] = bucketAt(block.firstRow + row);
    return buckets;
  }
  for (let row = 0; row < block.rows; row++)
    buckets[row] = stringHash(block.groups[row] ?? "", seed) % BUCKETS;
  return buckets;
}

function bucketOrder(buckets: Uint8Array): { starts: Uint32Array; places: Uint32Array } {
  const starts = new Uint32Array(BUCKETS + 1);
  for (let row = 0; row < buckets.length; row++) {
    const after = (buckets[row] ?? 0) + 1;
    starts[after] = (starts[after] ?? 0) + 1;
  }
  for (let bucket = 1; bucket <= BUCKETS; bucket++)
    starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0);
  const next = starts.slice();
  const places = new Uint32Array(buckets.length);
  for (let row = 0; row < places.length; row++) {
    const bucket = buckets[row] ?? 0;
    const place = next[bucket] ?? 0;
    places[row] = place;
    next[bucket] = place + 1;
  }
  return { starts, places };
}
