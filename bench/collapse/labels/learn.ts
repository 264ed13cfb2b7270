import type { Random } from "../../../collapse/numerics/random.ts";
import { encoderOf, type Points } from "../points.ts";
import { type BenchTable, columnNamed, frequenciesOf, momentsOf, numbersOf, textsOf } from "../table.ts";

/** What a label model learns: points, and for each the outputs that it shall have. */
export interface LearningSet {
  readonly points: Points;
  /** rows × outputs. */
  readonly targets: Float64Array;
  readonly outputs: number;
}

/** Learns from one set and answers for other points: rows × outputs. */
export type LabelModel = (train: LearningSet, asked: Points, random: Random) => Float64Array;

/** A family of label models, from which cross-validation on real rows chooses one. */
export interface ModelFamily {
  readonly name: string;
  readonly models: readonly LabelModel[];
}

const CATEGORIES = 12;

/** Reads tables as learning sets by the means, deviations and categories of `real`; categories are one output each. */
export function learningEncoder(real: BenchTable, target: string): (table: BenchTable) => LearningSet {
  const without = (table: BenchTable): BenchTable => ({
    rows: table.rows,
    columns: table.columns.filter(({ name }) => name !== target),
  });
  const encode = encoderOf(without(real));
  const column = columnNamed(real, target);
  if (column.kind === "number") {
    const { mean, sd } = momentsOf(column.values);
    return (table) => ({
      points: encode(without(table)),
      targets: Float64Array.from(
        numbersOf(columnNamed(table, target)),
        (value) => (value - mean) / (sd || 1),
      ),
      outputs: 1,
    });
  }
  const categories = frequenciesOf(column.values)
    .slice(0, CATEGORIES)
    .map(([category]) => category);
  return (table) => ({
    points: encode(without(table)),
    targets: Float64Array.from(
      textsOf(columnNamed(table, target)).flatMap((value) =>
        categories.map((category) => Number(value === category)),
      ),
    ),
    outputs: categories.length,
  });
}

/** Squared error of each row, summed over the outputs: of categories the Brier score. */
export function rowLosses(answers: Float64Array, { targets, outputs }: LearningSet): Float64Array {
  return new Float64Array(targets.length / outputs).map((_, row) => {
    let loss = 0;
    for (let at = row * outputs; at < (row + 1) * outputs; at++)
      loss += ((answers[at] ?? 0) - (targets[at] ?? 0)) ** 2;
    return loss;
  });
}

/** Some rows of a learning set. */
export function takePoints({ points, targets, outputs }: LearningSet, rows: Uint32Array): LearningSet {
  const { width } = points;
  const values = new Float64Array(rows.length * width);
  const taken = new Float64Array(rows.length * outputs);
  for (const [at, row] of rows.entries()) {
    values.set(points.values.subarray(row * width, (row + 1) * width), at * width);
    taken.set(targets.subarray(row * outputs, (row + 1) * outputs), at * outputs);
  }
  return { points: { rows: rows.length, width, values }, targets: taken, outputs };
}
