import type { Random } from "../numerics/random.ts";
import { emptyPanels, PANEL, type Panels } from "./panels.ts";

/** Random features of at most this many columns each: interactions are of few, and a wide table costs no more. */
const COLUMNS_A_FEATURE = 6;

const MOST_FEATURES = 256;
const LEAST_FEATURES = 32;
const ROWS_A_FEATURE = 4;

/** Random features for so many training rows: 256, or fewer where these could not weigh them. */
export const featureCount = (trainedRows: number): number =>
  Math.max(LEAST_FEATURES, Math.min(MOST_FEATURES, Math.floor(trainedRows / ROWS_A_FEATURE)));

/** What one random feature looks at: `inputs` numbers of a row, weighted, and a shift. */
interface RandomFeature {
  readonly inputs: Uint32Array;
  readonly weights: Float64Array;
  readonly shift: number;
}

/**
 * Features max(0, w'x + b) with normal w (Cho and Saul 2009: the arc-cosine kernel; random features: Rahimi and Recht
 * 2007), each of at most six columns. It has no width to be tuned. `columns` holds for each column the numbers of the
 * encoding that it became.
 */
export function drawFeatures(
  columns: readonly (readonly number[])[],
  count: number,
  random: Random,
): readonly RandomFeature[] {
  return Array.from({ length: count }, () => {
    const chosen = chooseSome(columns, COLUMNS_A_FEATURE, random);
    const inputs = Uint32Array.from(chosen.flat());
    const scale = 1 / Math.sqrt(Math.max(1, chosen.length));
    const weights = Float64Array.from(inputs, () => scale * random.normal());
    return { inputs, weights, shift: random.normal() };
  });
}

function chooseSome<Item>(items: readonly Item[], count: number, random: Random): readonly Item[] {
  const left = [...items];
  const chosen: Item[] = [];
  while (left.length > 0 && chosen.length < count) chosen.push(...left.splice(random.whole(left.length), 1));
  return chosen;
}

/** What a row becomes: random features, constant one, and numbers of the encoding as they are (the targets). */
export interface RowMap {
  readonly features: readonly RandomFeature[];
  readonly targets: readonly number[];
}

/** The rows given, mapped; `encoded` holds rows of `width` numbers. */
export function mapRows(encoded: Float64Array, width: number, rows: Uint32Array, map: RowMap): Panels {
  const count = map.features.length;
  const matrix = emptyPanels(rows.length, count + 1 + map.targets.length);
  map.features.forEach((feature, column) => {
    mapFeature(encoded, width, rows, feature, matrix.data, columnStart(matrix, column));
  });
  fillConstant(matrix, count);
  map.targets.forEach((target, index) => {
    const start = columnStart(matrix, count + 1 + index);
    for (let row = 0; row < rows.length; row++)
      matrix.data[start + row * PANEL] = encoded[(rows[row] ?? 0) * width + target] ?? 0;
  });
  return matrix;
}

const columnStart = (matrix: Panels, column: number): number =>
  (column >> 2) * matrix.rows * PANEL + (column & 3);

function fillConstant(matrix: Panels, column: number): void {
  const start = columnStart(matrix, column);
  for (let row = 0; row < matrix.rows; row++) matrix.data[start + row * PANEL] = 1;
}

function mapFeature(
  encoded: Float64Array,
  width: number,
  rows: Uint32Array,
  { inputs, weights, shift }: RandomFeature,
  into: Float64Array,
  start: number,
): void {
  let at = start;
  for (let row = 0; row < rows.length; row++) {
    const base = (rows[row] ?? 0) * width;
    let sum = shift;
    for (let index = 0; index < inputs.length; index++)
      sum += (weights[index] ?? 0) * (encoded[base + (inputs[index] ?? 0)] ?? 0);
    into[at] = sum > 0 ? sum : 0;
    at += PANEL;
  }
}
