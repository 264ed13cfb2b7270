import type { NumericTensor } from "../preprocess/feeds.ts";
import { unnormalizeRows } from "../preprocess/normalizeRows.ts";
import { countElements, numbersOf } from "../protocol/datatypes.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { ModelAssets } from "../repository/modelAssets.ts";
import type { OutputContract } from "../repository/modelContract.ts";

const fp32 = (numbers: Float32Array<ArrayBuffer>, shape: readonly number[]): NumericTensor => ({
  datatype: "FP32",
  shape,
  bytes: new Uint8Array(numbers.buffer),
});

/** Divides each row of `width` numbers by its Euclidean length, in place; a row of zeros stays. */
const shorten = (numbers: Float32Array, width: number): void => {
  for (let start = 0; start < numbers.length; start += width) {
    const row = numbers.subarray(start, start + width);
    const length = Math.hypot(...row);
    if (length > 0) for (const [column, value] of row.entries()) row[column] = value / length;
  }
};

const toUnitLength = (tensor: NumericTensor): NumericTensor => {
  const numbers = Float32Array.from(numbersOf(tensor), Number);
  shorten(numbers, countElements(tensor.shape.slice(1)));
  return fp32(numbers, tensor.shape);
};

/** The mean over the tokens that the mask does not hide, as sentence-transformers pools; null where shapes differ. */
const meanOfTokens = (tensor: NumericTensor, mask: NumericTensor | undefined): NumericTensor | null => {
  const [rows = 0, tokens = 0, width = 0] = tensor.shape;
  if (tensor.shape.length !== 3 || mask === undefined || countElements(mask.shape) !== rows * tokens)
    return null;
  const values = numbersOf(tensor);
  const visible = numbersOf(mask);
  const means = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    let count = 0;
    for (let token = 0; token < tokens; token += 1) {
      if (Number(visible[row * tokens + token]) === 0) continue;
      count += 1;
      const start = (row * tokens + token) * width;
      for (let column = 0; column < width; column += 1)
        means[row * width + column] = (means[row * width + column] ?? 0) + Number(values[start + column]);
    }
    for (let column = 0; column < width; column += 1)
      means[row * width + column] = (means[row * width + column] ?? 0) / Math.max(1, count);
  }
  shorten(means, width);
  return fp32(means, [rows, width]);
};

/** The first columns of each row. */
const keepColumns = (tensor: NumericTensor, columns: number): NumericTensor => {
  const width = tensor.shape.at(-1) ?? 0;
  if (columns === -1 || columns >= width) return tensor;
  const numbers = numbersOf(tensor);
  const kept = new Float32Array((numbers.length / width) * columns);
  for (let at = 0; at < kept.length; at += 1)
    kept[at] = Number(numbers[Math.floor(at / columns) * width + (at % columns)]);
  return fp32(kept, [...tensor.shape.slice(0, -1), columns]);
};

const process = (
  tensor: NumericTensor,
  { postprocess, shape }: OutputContract,
  feeds: ReadonlyMap<string, NumericTensor>,
  assets: ModelAssets,
): NumericTensor | null => {
  switch (postprocess?.kind) {
    case undefined:
      return tensor;
    case "unit_length":
      return toUnitLength(tensor);
    case "mean_of_tokens":
      return meanOfTokens(tensor, feeds.get(postprocess.mask));
    case "unnormalize": {
      const rules = assets.statistics?.get(postprocess.statistics);
      return rules === undefined ? null : unnormalizeRows(keepColumns(tensor, shape.at(-1) ?? -1), rules);
    }
  }
};

/** What the caller gets of the graph's answer: processed, and in the shape that the contract promises. */
export const processOutput = (
  tensor: NumericTensor | null,
  output: OutputContract,
  feeds: ReadonlyMap<string, NumericTensor>,
  assets: ModelAssets,
): Outcome<NumericTensor> => {
  const processed = tensor === null ? null : process(tensor, output, feeds, assets);
  const fits =
    processed?.shape.length === output.shape.length &&
    output.shape.every((dimension, axis) => dimension === -1 || dimension === processed.shape[axis]);
  return processed !== null && fits
    ? done(processed)
    : refuse(500, `The model's output '${output.name}' breaks its contract.`, "model");
};
