import type { Frame } from "../contracts/aggregates.ts";
import { mixed } from "../numerics/random.ts";

const FOLDS = 4;

/** What is predicted: a variable, by the numbers of the encoding that it became. */
export interface Target {
  readonly name: string;
  readonly features: readonly number[];
}

/** Targets that are predicted from the same columns; each column by the numbers that it became. */
export interface Task {
  readonly columns: readonly (readonly number[])[];
  readonly targets: readonly Target[];
  /** Whether somebody said that these are the targets, or each variable is one in turn. */
  readonly isDeclared: boolean;
}

/**
 * With a declared target that one from all other columns; else every variable from the columns that are not of its
 * fold. Columns are dealt to four folds in the order of the hashes of their names, so that no two folds differ by
 * more than one column, whatever the names.
 */
export function planTasks(frame: Frame, target: string | null): readonly Task[] {
  const columns = [...new Set(frame.variables.map(({ column }) => column))];
  const targets = columns.filter((column) =>
    frame.variables.some((one) => one.column === column && (one.isTarget || one.name === target)),
  );
  const tasks =
    targets.length > 0
      ? [{ ...taskOf(frame, targets, columns), isDeclared: true }]
      : dealt(frame, columns).map((fold) => ({ ...taskOf(frame, fold, columns), isDeclared: false }));
  return tasks.filter((task) => task.columns.length > 0 && task.targets.length > 0);
}

function dealt(frame: Frame, columns: readonly number[]): readonly (readonly number[])[] {
  const hashes = new Map(columns.map((column) => [column, nameHash(frame, column)]));
  const order = [...columns].sort((a, b) => (hashes.get(a) ?? 0) - (hashes.get(b) ?? 0) || a - b);
  return Array.from({ length: Math.min(FOLDS, columns.length) }, (_, fold) =>
    order.filter((_, place) => place % FOLDS === fold),
  );
}

function nameHash(frame: Frame, column: number): number {
  const name = frame.variables.find((variable) => variable.column === column)?.name ?? "";
  let word = 0;
  for (let index = 0; index < name.length; index++) word = mixed(word ^ name.charCodeAt(index));
  return word;
}

function taskOf(frame: Frame, fold: readonly number[], columns: readonly number[]): Omit<Task, "isDeclared"> {
  const targets = frame.variables.flatMap(({ column, name }, variable) => {
    const features = fold.includes(column) ? targetFeatures(frame, variable) : [];
    return features.length > 0 ? [{ name, features }] : [];
  });
  const inputs = columns
    .filter((column) => !fold.includes(column))
    .map((column) => columnFeatures(frame, column));
  return { targets, columns: inputs.filter((features) => features.length > 0) };
}

/** All numbers that a column became. */
export function columnFeatures(frame: Frame, column: number): readonly number[] {
  return frame.encoding.features.flatMap(({ variable }, feature) =>
    frame.variables[variable]?.column === column ? [feature] : [],
  );
}

/** The normal score of a number; of levels those that tell them apart: a squared loss on them is Brier's. */
function targetFeatures(frame: Frame, variable: number): readonly number[] {
  const encoder = frame.encoding.encoders[variable];
  if (!encoder) return [];
  if (encoder.scoreFeature >= 0) return [encoder.scoreFeature];
  const seen = new Map<number, Set<number>>();
  encoder.features.forEach((feature, entry) => {
    seen.set(feature, (seen.get(feature) ?? new Set()).add(encoder.values[entry] ?? 0));
  });
  return [...seen].flatMap(([feature, values]) => {
    const [only = 0] = values;
    return values.size === 1 && only > 0 ? [feature] : [];
  });
}
