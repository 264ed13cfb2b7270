import type { ColumnRule } from "../repository/readStatistics.ts";
import type { NumericTensor } from "./feeds.ts";

/**
 * FP32 rows as a policy was trained on them: each column by its rule, (x + shift) · scale, held to its bounds. Columns
 * beyond the rules stay as they are: policies pad their state.
 */
export const normalizeRows = (tensor: NumericTensor, columns: readonly ColumnRule[]): NumericTensor => {
  const bytes = tensor.bytes.slice();
  const numbers = new Float32Array(bytes.buffer);
  const width = tensor.shape.at(-1) ?? 1;
  for (const [column, { scale, shift, isClipped }] of columns.slice(0, width).entries())
    for (let at = column; at < numbers.length; at += width) {
      const value = ((numbers[at] ?? 0) + shift) * scale;
      numbers[at] = isClipped ? Math.max(-1, Math.min(1, value)) : value;
    }
  return { ...tensor, bytes };
};

/** The way back: x = value ÷ scale − shift, for a model's answer. */
export const unnormalizeRows = (tensor: NumericTensor, columns: readonly ColumnRule[]): NumericTensor => {
  const bytes = tensor.bytes.slice();
  const numbers = new Float32Array(bytes.buffer);
  const width = tensor.shape.at(-1) ?? 1;
  for (const [column, { back }] of columns.slice(0, width).entries())
    for (let at = column; at < numbers.length; at += width)
      numbers[at] = (numbers[at] ?? 0) * back.scale + back.shift;
  return { ...tensor, bytes };
};
