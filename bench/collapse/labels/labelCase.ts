import { z } from "zod";
import { seededRandom } from "../../../collapse/numerics/random.ts";
import { type BenchTable, sampleRows } from "../table.ts";
import type { ArmLosses, Bench } from "./measureArms.ts";

/** Goes up with every change that may change a label. */
export const LABEL_VERSION = 2;

const purposeLabelSchema = z.strictObject({
  label: z.enum(["collapsed", "healthy", "grey", "not_resolvable"]),
  /** Of each family the greatest measured harm over its margin, among eligible channels; the median of the families. */
  h: z.number().nullable(),
  channels: z.array(
    z.strictObject({
      family: z.string(),
      channel: z.enum(["mean", "tail", "nats"]),
      value: z.number(),
      se: z.number(),
      null_sd: z.number(),
      margin: z.number(),
      eligible: z.boolean(),
    }),
  ),
});
export const labelSchema = z.strictObject({
  trained_rows: z.number(),
  predictive: purposeLabelSchema,
  generative: purposeLabelSchema,
});
export type PurposeLabel = z.infer<typeof purposeLabelSchema>;
export type Label = z.infer<typeof labelSchema>;
type Channel = PurposeLabel["channels"][number];

const SEEDS = 3;
const MOST_TRAINED_ROWS = 4000;
/** Both arms train on equally many rows: the greatest of these shares of the world's size that the candidate has. */
const SHARES = [1, 0.9, 0.8, 0.65, 0.5, 0.35, 0.2, 0.1];
const MARGINS = { mean: Math.log(1.1), tail: Math.log(1.3), nats: 0.05 };
/** A channel counts if real rows against real rows vary by at most margin / 3.3. */
const ELIGIBLE = 3.3;
const ONE_SIDED_95 = 1.645;

/**
 * Says by independent models whether a candidate harms: each is trained on the candidate and on equally many real rows
 * and tested on real rows that neither has. Null where the candidate has too few rows to say.
 */
export function labelCase(candidate: BenchTable, size: number, bench: Bench): Label | null {
  const share = SHARES.find((each) => candidate.rows >= each * size);
  if (share === undefined) return null;
  const rows = Math.min(MOST_TRAINED_ROWS, Math.floor(share * size));
  const real = bench.realArms(rows);
  const arms = Array.from({ length: SEEDS }, (_, seed) =>
    bench.measure(sampleRows(candidate, rows, seededRandom(seed, "label rows")), seed),
  );
  return {
    trained_rows: rows,
    predictive: judged([...channelsOf(arms, real, "mean", bench), ...channelsOf(arms, real, "tail", bench)]),
    generative: judged(channelsOf(arms, real, "nats", bench)),
  };
}

function channelsOf(
  arms: readonly ArmLosses[],
  real: readonly ArmLosses[],
  channel: Channel["channel"],
  bench: Bench,
): Channel[] {
  const purpose = channel === "nats" ? "generative" : "predictive";
  const scale = channel === "nats" ? 1 / bench.columns : 1;
  const pick = (losses: Float64Array | undefined): Float64Array =>
    (losses ?? new Float64Array()).filter((_, row) => channel !== "tail" || bench.tail[row] === 1);
  const margin = MARGINS[channel];
  return [...(arms[0]?.[purpose].keys() ?? [])].map((family) => {
    const ours = arms.map((arm) => pick(arm[purpose].get(family)));
    const theirs = real.map((arm) => pick(arm[purpose].get(family)));
    const compared = channel === "nats" ? differences(ours, theirs, scale) : logRatios(ours, theirs);
    const nullSd =
      Math.SQRT2 *
      sdOf(theirs.map((losses) => (channel === "nats" ? meanOf(losses) * scale : Math.log(meanOf(losses)))));
    // What the choice of training rows moves, of the mean over the seeds; and what the choice of test rows does.
    const se = Math.hypot(nullSd / Math.sqrt(SEEDS), sdOf(compared.rows) / Math.sqrt(compared.rows.length));
    return {
      family,
      channel,
      value: compared.value,
      se,
      null_sd: nullSd,
      margin,
      eligible: nullSd / Math.sqrt(SEEDS) <= margin / ELIGIBLE,
    };
  });
}

interface Compared {
  readonly value: number;
  /** Each test row's influence on the value. */
  readonly rows: readonly number[];
}

/** Mean over the seeds of the log ratio of mean losses; rows by the delta method. */
function logRatios(ours: readonly Float64Array[], theirs: readonly Float64Array[]): Compared {
  const pairs = ours.map((losses, seed) => ({ losses, real: theirs[seed % theirs.length] ?? losses }));
  const means = pairs.map(({ losses, real }) => ({ losses: meanOf(losses), real: meanOf(real) }));
  const rows = Array.from({ length: pairs[0]?.losses.length ?? 0 }, (_, row) =>
    meanOf(
      pairs.map(
        ({ losses, real }, at) =>
          (losses[row] ?? 0) / (means[at]?.losses ?? 1) - (real[row] ?? 0) / (means[at]?.real ?? 1),
      ),
    ),
  );
  return { value: meanOf(means.map(({ losses, real }) => Math.log(losses / real))), rows };
}

function differences(
  ours: readonly Float64Array[],
  theirs: readonly Float64Array[],
  scale: number,
): Compared {
  const rows = Array.from({ length: ours[0]?.length ?? 0 }, (_, row) =>
    meanOf(
      ours.map((losses, seed) => scale * ((losses[row] ?? 0) - (theirs[seed % theirs.length]?.[row] ?? 0))),
    ),
  );
  return { value: meanOf(rows), rows };
}

/** Families that decide must agree, and be more than one where more than one can. */
function judged(channels: readonly Channel[]): PurposeLabel {
  const families = [...new Set(channels.map(({ family }) => family))].flatMap(
    (family): { says: "collapsed" | "healthy" | null; h: number }[] => {
      const own = channels.filter((channel) => channel.family === family && channel.eligible);
      if (own.length === 0) return [];
      const h = Math.max(...own.map(({ value, margin }) => value / margin));
      if (own.some(({ value, se, margin }) => value - ONE_SIDED_95 * se > margin))
        return [{ says: "collapsed", h }];
      const isHealthy = own.every(({ value, se, margin }) => value + ONE_SIDED_95 * se < margin);
      return [{ says: isHealthy ? "healthy" : null, h }];
    },
  );
  if (families.length === 0) return { label: "not_resolvable", h: null, channels: [...channels] };
  const votes = { collapsed: 0, healthy: 0 };
  for (const { says } of families) if (says !== null) votes[says]++;
  const needed = Math.min(2, families.length);
  const sorted = families.map(({ h }) => h).sort((left, right) => left - right);
  const h = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
  const label =
    votes.collapsed >= needed && votes.healthy === 0
      ? "collapsed"
      : votes.healthy >= needed && votes.collapsed === 0
        ? "healthy"
        : "grey";
  return { label, h, channels: [...channels] };
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] ?? 0;
  return sum / values.length;
}

function sdOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1),
  );
}
