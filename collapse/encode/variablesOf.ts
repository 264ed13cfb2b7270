import { codesOf, type LevelVariable, type NumberVariable, type Variable } from "../contracts/columns.ts";
import { coderOf } from "./coders.ts";
import { edgesOf } from "./edgesOf.ts";
import { partOf } from "./parts.ts";
import type { ReferenceColumn } from "./sampleReference.ts";

/** Levels of a category that are counted each; the rest are as if never seen. */
const MOST_LEVELS = 5_000;

const NONE = new Float64Array(0);

/** A variable, with what the sample of the reference says of it. */
export interface SampledVariable {
  readonly variable: Variable;
  /** Of the sampled rows: the column's numbers (null for strings), and the codes. */
  readonly values: Float64Array | null;
  readonly codes: Uint16Array;
  /** Of each edge its mid-rank in the sample, as a share; of levels empty. */
  readonly middleShare: Float64Array;
  /** Rows per code: of the whole reference for the levels of a column, of the sample else. */
  readonly counts: Float64Array;
}

/** The variables of a column: one, or an instant's three. */
export function variablesOf(source: ReferenceColumn, quantiles: number): readonly SampledVariable[] {
  if (source.plan.kind === "number") return [sampledNumber(source, "value", quantiles)];
  if (source.plan.kind === "date")
    return [
      sampledNumber(source, "epoch", quantiles),
      sampledPart(source, "weekday"),
      sampledPart(source, "hour"),
    ];
  return [sampledLevel(source)];
}

function sampledNumber(
  source: ReferenceColumn,
  part: NumberVariable["part"],
  quantiles: number,
): SampledVariable {
  const { edges, shareBelow, middleShare } = edgesOf(source.values, quantiles);
  const variable: NumberVariable = {
    kind: "number",
    part,
    ...named(source, source.plan.name),
    edges,
    shareBelow,
  };
  return sampled(variable, source.values, middleShare);
}

function sampledPart(source: ReferenceColumn, part: "weekday" | "hour"): SampledVariable {
  const seen = new Set<number>();
  for (const value of source.values) if (Number.isFinite(value)) seen.add(partOf(part, value));
  const name = `${source.plan.name} (${part})`;
  const levels = [...seen].sort((a, b) => a - b);
  return sampled({ kind: "level", part, ...named(source, name), levels }, source.values);
}

function sampled(
  variable: Variable,
  values: Float64Array,
  middleShare: Float64Array = NONE,
): SampledVariable {
  const codes = new Uint16Array(values.length);
  coderOf(variable)(values, values.length, codes);
  return { variable, values, codes, middleShare, counts: countsOf(codes, codesOf(variable).size) };
}

function sampledLevel(source: ReferenceColumn): SampledVariable {
  const order = orderedLevels(source);
  const levels = order.map((place) => source.levels[place] ?? 0);
  const variable: LevelVariable = {
    kind: "level",
    part: "value",
    ...named(source, source.plan.name),
    levels,
  };
  if (levels.every((level) => typeof level === "number")) {
    const ofSample = sampled(variable, source.values);
    return { ...ofSample, counts: withWholeCounts(ofSample.counts, order, source) };
  }
  const { unseen, missing, size } = codesOf(variable);
  const codeOfPlace = new Map(order.map((place, code) => [place, code]));
  const codes = Uint16Array.from(source.values, (place) =>
    Number.isNaN(place) ? missing : (codeOfPlace.get(place) ?? unseen),
  );
  const counts = withWholeCounts(countsOf(codes, size), order, source);
  return { variable, values: null, codes, middleShare: NONE, counts };
}

/** Places of the most frequent levels: numbers ascending, strings by frequency and then by name. */
function orderedLevels({ levels, levelRows }: ReferenceColumn): number[] {
  const rowsOf = (place: number): number => levelRows[place] ?? 0;
  const before = (a: number, b: number): number => ((levels[a] ?? 0) < (levels[b] ?? 0) ? -1 : 1);
  const frequent = levels
    .map((_, place) => place)
    .sort((a, b) => rowsOf(b) - rowsOf(a) || before(a, b))
    .slice(0, MOST_LEVELS);
  return frequent.every((place) => typeof levels[place] === "number") ? frequent.sort(before) : frequent;
}

function withWholeCounts(
  counts: Float64Array,
  order: readonly number[],
  source: ReferenceColumn,
): Float64Array {
  order.forEach((place, code) => {
    counts[code] = source.levelRows[place] ?? 0;
  });
  return counts;
}

const named = ({ column, plan }: ReferenceColumn, name: string) => ({
  name,
  column,
  isTarget: plan.role === "target",
});

function countsOf(codes: Uint16Array, size: number): Float64Array {
  const counts = new Float64Array(size);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
