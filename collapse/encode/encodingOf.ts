import type { Encoder, Encoding } from "../contracts/aggregates.ts";
import { codesOf } from "../contracts/columns.ts";
import { type LevelDetail, levelFeatures } from "./levelFeatures.ts";
import { type NormalScores, normalScores } from "./normalScores.ts";
import type { SampledVariable } from "./variablesOf.ts";

/** Features that a table becomes at most; co-moments are kept of every two, in each bucket. */
export const MOST_FEATURES = 256;
/** How much of levels is encoded: the first that fits. */
const DETAILS: readonly LevelDetail[] = [
  { top: 16, hashed: true },
  { top: 8, hashed: true },
  { top: 8, hashed: false },
  { top: 4, hashed: false },
  { top: 1, hashed: false },
];
/** Missing rows from which on being missing is a feature. */
const SHARE_MISSING = 0.001;

/** One feature of a variable's code: its name, and what it is for which codes. */
export interface CodeFeature {
  readonly name: string;
  readonly ofCodes: ReadonlyMap<number, number>;
}

interface Planned {
  readonly sampled: SampledVariable;
  readonly scores: NormalScores | null;
  readonly codeFeatures: readonly CodeFeature[];
}

/**
 * The features of all variables: normal scores first, then what codes become. A table that would have more than 256
 * tells levels apart less finely; what still does not fit is counted, and not encoded.
 */
export function encodingOf(sampled: readonly SampledVariable[]): Encoding {
  const scores = sampled.map((one) => (one.variable.kind === "number" ? normalScores(one) : null));
  let planned: Planned[] = [];
  for (const detail of DETAILS) {
    planned = sampled.map((one, index) => ({
      sampled: one,
      scores: scores[index] ?? null,
      codeFeatures: [
        ...(one.variable.kind === "level" ? levelFeatures(one, detail) : []),
        ...missingFeature(one),
      ],
    }));
    if (widthOf(planned) <= MOST_FEATURES) break;
  }
  return laidOut(planned);
}

const widthOf = (planned: readonly Planned[]): number =>
  planned.reduce((sum, { scores, codeFeatures }) => sum + (scores ? 1 : 0) + codeFeatures.length, 0);

function missingFeature({ variable, codes }: SampledVariable): readonly CodeFeature[] {
  const { missing } = codesOf(variable);
  const rows = codes.reduce((sum, code) => sum + (code === missing ? 1 : 0), 0);
  if (rows <= SHARE_MISSING * codes.length || rows === codes.length) return [];
  return [{ name: `${variable.name} (missing)`, ofCodes: new Map([[missing, 1]]) }];
}

/** Gives each feature its place, as long as there are places. */
function laidOut(planned: readonly Planned[]): Encoding {
  const features: { variable: number; name: string }[] = [];
  const placed = (variable: number, name: string): number =>
    features.length < MOST_FEATURES ? features.push({ variable, name }) - 1 : -1;
  const scoreFeatures = planned.map(({ scores, sampled }, index) =>
    scores ? placed(index, sampled.variable.name) : -1,
  );
  const dense = features.length;
  const encoders = planned.map(({ sampled, scores, codeFeatures }, index) => {
    const places = codeFeatures.map(({ name, ofCodes }) => ({ ofCodes, place: placed(index, name) }));
    return {
      scoreFeature: scoreFeatures[index] ?? -1,
      scores: scores?.scores ?? new Float64Array(0),
      slopeBelow: scores?.slopeBelow ?? 0,
      slopeAbove: scores?.slopeAbove ?? 0,
      ...entriesOf(codesOf(sampled.variable).size, places),
    };
  });
  return { width: features.length, features, dense, encoders };
}

/** The features of each code, one code after the other. */
function entriesOf(
  size: number,
  places: readonly { ofCodes: ReadonlyMap<number, number>; place: number }[],
): Pick<Encoder, "starts" | "features" | "values"> {
  const starts = new Uint32Array(size + 1);
  const features: number[] = [];
  const values: number[] = [];
  for (let code = 0; code < size; code++) {
    for (const { ofCodes, place } of places) {
      const value = ofCodes.get(code) ?? 0;
      if (value === 0 || place < 0) continue;
      features.push(place);
      values.push(value);
    }
    starts[code + 1] = features.length;
  }
  return { starts, features: Uint16Array.from(features), values: Float64Array.from(values) };
}
