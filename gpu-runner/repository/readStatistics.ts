import { z } from "zod";
import type { Outcome } from "../protocol/outcome.ts";
import type { ModelContract } from "./modelContract.ts";

/** How one column is normalized, (x + shift) · scale, and how it comes back, n · scale + shift. */
export interface ColumnRule {
  readonly shift: number;
  readonly scale: number;
  /** Whether the normalized value is held to −1…1. */
  readonly isClipped: boolean;
  readonly back: { readonly shift: number; readonly scale: number };
}

/** Rules by the name of what they are for: `action`, `state`. */
export type Statistics = ReadonlyMap<string, readonly ColumnRule[]>;

const numbersSchema = z.array(z.number()).max(1024);
const columnsSchema = z.looseObject({
  mean: numbersSchema.optional(),
  std: numbersSchema.optional(),
  min: numbersSchema.optional(),
  max: numbersSchema.optional(),
  q01: numbersSchema.nullish(),
  q99: numbersSchema.nullish(),
  mask: z.array(z.boolean()).optional(),
});
type Columns = z.infer<typeof columnsSchema>;
const ofOneKey = z.record(z.string(), z.union([columnsSchema, z.unknown()]));

/** OpenVLA's `dataset_statistics.json`: by key, then by part. */
const byKeySchema = z.record(z.string(), ofOneKey);
/** openpi's `norm_stats.json`: by part alone. */
const openpiSchema = z.object({ norm_stats: ofOneKey });

type Statement = NonNullable<ModelContract["statistics"]>;

const UNTOUCHED: ColumnRule = { shift: 0, scale: 1, isClipped: false, back: { shift: 0, scale: 1 } };

/** n = 2 (x − low) ÷ (high − low + ε) − 1; a column that never moved becomes 0, and comes back as what it was. */
const betweenRule = (low: number, high: number, isOpenpi: boolean): ColumnRule => {
  const span = high - low + (isOpenpi ? 1e-6 : 1e-8);
  const isStill = high === low && !isOpenpi;
  const back = isOpenpi ? span : high - low;
  return {
    shift: isStill ? 0 : -low - span / 2,
    scale: isStill ? 0 : 2 / span,
    isClipped: !isOpenpi,
    back: { shift: low + back / 2, scale: back / 2 },
  };
};

const deviationRule = (mean: number, std: number): ColumnRule => {
  const spread = std + 1e-6;
  return { shift: -mean, scale: 1 / spread, isClipped: false, back: { shift: mean, scale: spread } };
};

const rulesOf = (columns: Columns, method: Statement["method"], isOpenpi: boolean): ColumnRule[] | null => {
  const [first, second] =
    method === "mean_std"
      ? [columns.mean, columns.std]
      : method === "bounds"
        ? [columns.min, columns.max]
        : [columns.q01, columns.q99];
  if (!first || first.length !== second?.length) return null;
  return first.map((value, column) => {
    const other = second[column] ?? Number.NaN;
    if (columns.mask?.[column] === false) return UNTOUCHED;
    return method === "mean_std" ? deviationRule(value, other) : betweenRule(value, other, isOpenpi);
  });
};

const failed = (failure: string): Outcome<never, string> => ({ ok: false, failure });

/**
 * Reads the statistics by which a policy was trained, in OpenVLA's form (`dataset_statistics.json`, where `norm_key`
 * chooses) or openpi's (`norm_stats.json`). Formulas: OpenVLA's bounds of quantiles, held to −1…1, and openpi's
 * quantiles and z-scores. Fails with what is missing.
 */
export const readStatistics = (json: string, statement: Statement): Outcome<Statistics, string> => {
  const { file, method, norm_key } = statement;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return failed(`${file} is no JSON`);
  }
  const openpi = openpiSchema.safeParse(value);
  const byKey = byKeySchema.safeParse(value);
  const parts = openpi.success ? openpi.data.norm_stats : byKey.data?.[norm_key];
  if (parts === undefined) return failed(`${file} has no statistics '${norm_key}'`);
  const statistics = new Map<string, ColumnRule[]>();
  for (const [name, part] of Object.entries(parts)) {
    const columns = columnsSchema.safeParse(part);
    const rules = columns.success ? rulesOf(columns.data, method, openpi.success) : null;
    if (rules !== null) statistics.set(name, rules);
  }
  return { ok: true, value: statistics };
};
