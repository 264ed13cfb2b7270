import { codesOf } from "../contracts/columns.ts";
import type { CodeFeature } from "./encodingOf.ts";
import { stringHash } from "./rowHash.ts";
import { onScoreGrid } from "./score.ts";
import type { SampledVariable } from "./variablesOf.ts";

/** How finely levels are told apart: so many each, and the others by a hash or not. */
export interface LevelDetail {
  readonly top: number;
  readonly hashed: boolean;
}

const HASH_COLUMNS = 8;
/** Two rows of different levels are then 1 apart. */
const ONE_HOT = onScoreGrid(Math.SQRT1_2);

/**
 * Features of a level: the most frequent one each, the others together, and what was never seen; over so many
 * levels also the logarithm of the frequency, standardized, and eight columns of signed hashes (Weinberger et al.
 * 2009) of the others. A variable of one level has none.
 */
export function levelFeatures(
  { variable, counts }: SampledVariable,
  detail: LevelDetail,
): readonly CodeFeature[] {
  const { bins, unseen } = codesOf(variable);
  if (variable.kind !== "level" || bins < 2) return [];
  const nameOf = (what: string): string => `${variable.name} (${what})`;
  const byRows = Array.from({ length: bins }, (_, code) => code).sort(
    (a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b,
  );
  const together = (name: string, codes: readonly number[]): CodeFeature => ({
    name: nameOf(name),
    ofCodes: new Map(codes.map((code) => [code, ONE_HOT])),
  });
  const others = byRows.slice(detail.top);
  return [
    ...byRows.slice(0, detail.top).map((code) => together(`= ${variable.levels[code] ?? ""}`, [code])),
    ...(others.length > 0 ? [together("other", others)] : []),
    together("unseen", [unseen]),
    ...(others.length > 0 ? logFrequency(nameOf("log frequency"), counts, bins) : []),
    ...(others.length > 0 && detail.hashed
      ? hashed(others, (code) => String(variable.levels[code] ?? ""), nameOf)
      : []),
  ];
}

/** Standardized over the reference; a level that was never seen counts as half a row. */
function logFrequency(name: string, counts: Float64Array, bins: number): readonly CodeFeature[] {
  const known = counts.subarray(0, bins);
  const rows = known.reduce((sum, count) => sum + count, 0);
  const logOf = (count: number): number => Math.log(Math.max(count, 0.5) / rows);
  const mean = known.reduce((sum, count) => sum + count * logOf(count), 0) / rows;
  const variance = known.reduce((sum, count) => sum + count * (logOf(count) - mean) ** 2, 0) / rows;
  if (!(variance > 1e-12)) return [];
  const ofCodes = new Map<number, number>();
  for (let code = 0; code <= bins; code++)
    ofCodes.set(
      code,
      onScoreGrid((logOf(code < bins ? (known[code] ?? 0) : 0) - mean) / Math.sqrt(variance)),
    );
  return [{ name, ofCodes }];
}

function hashed(
  codes: readonly number[],
  textOf: (code: number) => string,
  nameOf: (what: string) => string,
): readonly CodeFeature[] {
  const columns = Array.from({ length: HASH_COLUMNS }, () => new Map<number, number>());
  for (const code of codes) {
    const hash = stringHash(textOf(code), 0);
    columns[hash % HASH_COLUMNS]?.set(code, hash & 0x100 ? ONE_HOT : -ONE_HOT);
  }
  return columns.flatMap((ofCodes, column) =>
    ofCodes.size > 0 ? [{ name: nameOf(`hash ${column + 1}`), ofCodes }] : [],
  );
}
