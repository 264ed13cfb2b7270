import type { Encoder, Frame } from "../contracts/aggregates.ts";
import { columnScorer } from "./columnScorer.ts";

/** The features of rows, row by row (rows × encoding.width), of their codes and raw numbers. */
export function encodeRows(
  frame: Frame,
  rows: number,
  codes: readonly Uint16Array[],
  values: readonly (Float64Array | null)[],
): Float64Array {
  const { width, encoders } = frame.encoding;
  const encoded = new Float64Array(rows * width);
  const inOrder = Uint32Array.from({ length: rows }, (_, row) => row);
  const scores = new Float64Array(rows);
  frame.variables.forEach((variable, index) => {
    const encoder = encoders[index];
    const ofRows = codes[index];
    const numbers = values[index] ?? null;
    if (!encoder || !ofRows) return;
    if (variable.kind === "number" && numbers && encoder.scoreFeature >= 0) {
      columnScorer(variable, encoder)(numbers, ofRows, inOrder, scores);
      for (let row = 0; row < rows; row++) encoded[row * width + encoder.scoreFeature] = scores[row] ?? 0;
    }
    addCodeFeatures(encoder, ofRows, rows, encoded, width);
  });
  return encoded;
}

function addCodeFeatures(
  { starts, features, values }: Encoder,
  codes: Uint16Array,
  rows: number,
  encoded: Float64Array,
  width: number,
): void {
  if (features.length === 0) return;
  for (let row = 0; row < rows; row++) {
    const code = codes[row] ?? 0;
    const end = starts[code + 1] ?? 0;
    for (let entry = starts[code] ?? 0; entry < end; entry++)
      encoded[row * width + (features[entry] ?? 0)] = values[entry] ?? 0;
  }
}
