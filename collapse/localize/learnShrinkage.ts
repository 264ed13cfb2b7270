import type { RowSample } from "../contracts/aggregates.ts";
import { codesOf, type LevelVariable, type Variable } from "../contracts/columns.ts";
import { coderOf } from "../encode/coders.ts";
import { countBelow } from "../encode/edgesOf.ts";
import { gather } from "../numerics/gather.ts";
import { seededRandom } from "../numerics/random.ts";
import { binRows, binTables, joined } from "./binRows.ts";
import { MOST_LEARNED, partRows, planFolds } from "./folds.ts";
import { growTrees } from "./growTrees.ts";
import { type LocalizeTables, type RowScores, treeScorer } from "./rowScores.ts";

/** What is left of a shrunken row's distance from the mean: anything between these. */
const [LEAST_LEFT, MOST_LEFT] = [0.1, 0.8];

/**
 * Scores rows by how much nearer to the middle they lie than real rows do, in all columns together: trees learn to
 * tell real rows from the same rows moved towards the mean of every column of numbers.
 */
export function learnShrinkage({ frame, reference, candidate }: LocalizeTables, seed: number): RowScores {
  const tables = binTables(frame, reference);
  const folds = planFolds(reference.sample, candidate.sample);
  const models = Array.from({ length: folds.count }, (_, fold) => {
    const random = seededRandom(seed, `localize shrinkage ${fold}`);
    const { outside } = partRows(reference.sample, folds, fold, MOST_LEARNED);
    const left = Float64Array.from(outside, () => LEAST_LEFT + (MOST_LEFT - LEAST_LEFT) * random.next());
    const moved = frame.variables.map((variable, index) =>
      shrink(variable, index, reference.sample, outside, left),
    );
    const inOrder = Uint32Array.from(outside, (_, place) => place);
    const shrunken = binRows(tables, moved, inOrder);
    const both = binRows(tables, reference.sample.codes, outside).map((bins, variable) =>
      joined(bins, shrunken[variable] ?? bins),
    );
    return growTrees(both, new Uint8Array(2 * outside.length).fill(1, outside.length), random);
  });
  return treeScorer("shrinkage", { frame, reference, candidate }, folds, models);
}

/** The codes of some rows, moved towards the mean of their column; levels to the nearest level, names not at all. */
function shrink(
  variable: Variable,
  index: number,
  sample: RowSample,
  rows: Uint32Array,
  left: Float64Array,
): Uint16Array {
  const codes = gather(sample.codes[index] ?? [], rows, new Uint16Array(rows.length));
  const numbers = variable.kind === "number" ? sample.values[index] : levelNumbers(variable, codes);
  if (!numbers) return codes;
  const own = variable.kind === "number" ? gather(numbers, rows, new Float64Array(rows.length)) : numbers;
  const mean = meanOf(own);
  const moved = own.map((value, row) => mean + (left[row] ?? 1) * (value - mean));
  if (variable.kind === "level") return nearestLevels(variable, moved);
  const shrunken = new Uint16Array(rows.length);
  coderOf(variable)(moved, rows.length, shrunken);
  return shrunken;
}

/** The numbers of rows whose levels are numbers; NaN of what is missing. Null where levels are names. */
function levelNumbers(variable: LevelVariable, codes: Uint16Array): Float64Array | null {
  if (variable.part !== "value" || !variable.levels.every((level) => typeof level === "number")) return null;
  return Float64Array.from(codes, (code) => Number(variable.levels[code] ?? Number.NaN));
}

function nearestLevels(variable: LevelVariable, values: Float64Array): Uint16Array {
  const levels = Float64Array.from(variable.levels, Number);
  const { missing } = codesOf(variable);
  return Uint16Array.from(values, (value) => {
    if (Number.isNaN(value)) return missing;
    const above = Math.min(levels.length - 1, countBelow(levels, value));
    const below = Math.max(0, above - 1);
    return value - (levels[below] ?? 0) < (levels[above] ?? 0) - value ? below : above;
  });
}

function meanOf(values: Float64Array): number {
  let [sum, rows] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    rows++;
  }
  return sum / Math.max(1, rows);
}
