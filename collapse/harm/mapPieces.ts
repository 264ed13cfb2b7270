import type { RowSample } from "../contracts/aggregates.ts";
import { addGram, gramSize } from "./gram.ts";
import type { Panels } from "./panels.ts";
import { mapRows, type RowMap } from "./randomFeatures.ts";

/** Rows that are mapped at once: their features stay in the cache until their Gram matrix is taken. */
const BLOCK_ROWS = 256;

/** The Gram matrix of some rows, mapped. */
export function gramOfRows(sample: RowSample, width: number, rows: Uint32Array, map: RowMap): Float64Array {
  const into = new Float64Array(gramSize(shapeOf(map).panels));
  for (let from = 0; from < rows.length; from += BLOCK_ROWS)
    addGram(mapRows(sample.encoded, width, rows.subarray(from, from + BLOCK_ROWS), map), into);
  return into;
}

/** Columns of mapped rows: features, constant one, targets. */
export function shapeOf(map: RowMap): Pick<Panels, "panels" | "columns"> {
  const columns = map.features.length + 1 + map.targets.length;
  return { columns, panels: Math.ceil(columns / 4) };
}
