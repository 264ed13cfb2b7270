import type { RowSample } from "../contracts/aggregates.ts";
import {
  type FeatureWeights,
  gramOfFeatures,
  type Rows,
  scoresOfFeatures,
} from "../networks/featureGraphs.ts";
import { addGram, addSquare, gramSize } from "./gram.ts";
import type { Panels } from "./panels.ts";
import { mapRows, type RowMap } from "./randomFeatures.ts";

/** Rows that are mapped at once: their features stay in the cache until their Gram matrix is taken. */
const BLOCK_ROWS = 256;
/** The same in a graph, where each run has its price. */
const GRAPH_ROWS = 1_024;

type Sample = Pick<RowSample, "encoded">;

/** The Gram matrix of some rows, mapped. */
export function gramOfRows(sample: Sample, width: number, rows: Uint32Array, map: RowMap): Float64Array {
  const { panels, columns } = shapeOf(map);
  const into = new Float64Array(gramSize(panels));
  const weights = weightsOf(map, width);
  for (let from = 0; from < rows.length; from += GRAPH_ROWS) {
    const some = rows.subarray(from, from + GRAPH_ROWS);
    const square = gramOfFeatures(rowsOf(sample, width, some), weights, besideOf(sample, width, some, map));
    if (square === null) return gramOfRowsPlainly(sample, width, rows, map);
    addSquare(square, columns, into);
  }
  return into;
}

/** Its twin in TypeScript, for machines without the runtime; they agree to rounding. */
export function gramOfRowsPlainly(
  sample: Sample,
  width: number,
  rows: Uint32Array,
  map: RowMap,
): Float64Array {
  const into = new Float64Array(gramSize(shapeOf(map).panels));
  for (let from = 0; from < rows.length; from += BLOCK_ROWS)
    addGram(mapRows(sample.encoded, width, rows.subarray(from, from + BLOCK_ROWS), map), into);
  return into;
}

/**
 * What linear models of the random features say of some rows, model by model: `models` hold a weight for every
 * feature and, last, the constant's.
 */
export function scoresOfRows(
  sample: Sample,
  width: number,
  rows: Uint32Array,
  map: RowMap,
  models: readonly Float64Array[],
): readonly Float64Array[] {
  const count = map.features.length;
  const weights = new Float64Array(count * models.length);
  const constants = Float64Array.from(models, (model) => model[count] ?? 0);
  models.forEach((model, index) => {
    for (let feature = 0; feature < count; feature++)
      weights[feature * models.length + index] = model[feature] ?? 0;
  });
  const scores = models.map(() => new Float64Array(rows.length));
  for (let from = 0; from < rows.length; from += GRAPH_ROWS) {
    const some = rows.subarray(from, from + GRAPH_ROWS);
    const found =
      scoresOfFeatures(rowsOf(sample, width, some), weightsOf(map, width), weights, constants) ??
      scoresPlainly(mapRows(sample.encoded, width, some, map), weights, constants);
    scores.forEach((into, index) => {
      for (let row = 0; row < some.length; row++) into[from + row] = found[row * models.length + index] ?? 0;
    });
  }
  return scores;
}

function scoresPlainly(matrix: Panels, weights: Float64Array, constants: Float64Array): Float64Array {
  const models = constants.length;
  const scores = new Float64Array(matrix.rows * models);
  for (let row = 0; row < matrix.rows; row++)
    for (let model = 0; model < models; model++) {
      let sum = constants[model] ?? 0;
      for (let feature = 0; feature * models < weights.length; feature++)
        sum +=
          (weights[feature * models + model] ?? 0) *
          (matrix.data[((feature >> 2) * matrix.rows + row) * 4 + (feature & 3)] ?? 0);
      scores[row * models + model] = sum;
    }
  return scores;
}

/** Columns of mapped rows: features, constant one, targets. */
export function shapeOf(map: RowMap): Pick<Panels, "panels" | "columns"> {
  const columns = map.features.length + 1 + map.targets.length;
  return { columns, panels: Math.ceil(columns / 4) };
}

function rowsOf({ encoded }: Sample, width: number, rows: Uint32Array): Rows {
  const values = new Float64Array(rows.length * width);
  rows.forEach((row, place) => {
    values.set(encoded.subarray(row * width, (row + 1) * width), place * width);
  });
  return { rows: rows.length, values };
}

/** The columns beside the features: one, and the targets. */
function besideOf({ encoded }: Sample, width: number, rows: Uint32Array, { targets }: RowMap): Float64Array {
  const columns = targets.length + 1;
  const beside = new Float64Array(rows.length * columns).fill(1);
  for (let place = 0; place < rows.length; place++)
    for (let index = 0; index < targets.length; index++)
      beside[place * columns + index + 1] = encoded[(rows[place] ?? 0) * width + (targets[index] ?? 0)] ?? 0;
  return beside;
}

const known = new WeakMap<RowMap, FeatureWeights>();

/** The features' weights as one matrix, 0 for what a feature does not look at. */
function weightsOf(map: RowMap, width: number): FeatureWeights {
  const before = known.get(map);
  if (before !== undefined) return before;
  const features = map.features.length;
  const weights = new Float64Array(width * features);
  map.features.forEach(({ inputs, weights: own }, feature) => {
    inputs.forEach((input, index) => {
      weights[input * features + feature] = own[index] ?? 0;
    });
  });
  const made = {
    inputs: width,
    features,
    weights,
    shifts: Float64Array.from(map.features, ({ shift }) => shift),
  };
  known.set(map, made);
  return made;
}
