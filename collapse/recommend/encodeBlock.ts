import type { Frame, RowSample } from "../contracts/aggregates.ts";
import type { Block, TablePlan } from "../contracts/columns.ts";
import { codeBlock } from "../count/codeBlock.ts";
import { rowDigests } from "../count/rowDigests.ts";
import { startTally, type TallyOptions } from "../count/tally.ts";
import { encodeRows } from "../encode/encodeRows.ts";
import { clampEncoded } from "../harm/clampEncoded.ts";

/** Makes of blocks what a sample holds of its rows: buckets, digests and clamped encodings. */
export function blockEncoder(
  frame: Frame,
  plan: TablePlan,
  options: TallyOptions,
): (block: Block) => RowSample {
  const tally = startTally(frame, plan, options);
  return (block) => {
    const { codes, buckets } = codeBlock(tally, block);
    const values = frame.variables.map(({ kind, column }) => {
      const numbers = block.columns[column];
      return kind === "number" && numbers instanceof Float64Array ? numbers : null;
    });
    return clampEncoded({
      rows: block.rows,
      index: Float64Array.from({ length: block.rows }, (_, row) => block.firstRow + row),
      bucket: buckets,
      codes,
      values,
      digest: rowDigests(block, tally.digested),
      encoded: encodeRows(frame, block.rows, codes, values),
    });
  };
}
