import type { Block } from "./contracts/columns.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import type { Side } from "./openSides.ts";

/** Reads a side's blocks as often as it is asked to, each time for a purpose that listeners are told. */
export const readerOf =
  (side: Side, onProgress: ProgressListener) =>
  (phase: string): AsyncIterable<Block> =>
    told(side, phase, onProgress);

/** The blocks of a side, each told to whoever listens. */
export async function* told(side: Side, phase: string, onProgress: ProgressListener): AsyncIterable<Block> {
  onProgress({ phase, rows: 0, ofRows: side.rows });
  for await (const block of side.blocks()) {
    yield block;
    onProgress({ phase, rows: block.firstRow + block.rows, ofRows: side.rows });
  }
}
