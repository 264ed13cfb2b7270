import type { HarmChannel, Purpose } from "../../../collapse/contracts/harm.ts";
import { DIMENSIONS } from "../../../collapse/contracts/metrics.ts";
import type { MetricExcess } from "../measured/metricExcesses.ts";

/** What harm is predicted from. */
export interface HarmFeatures {
  /** The worst eligible channel's harm over its margin; null where none is eligible. */
  readonly proxy: number | null;
  /** Of each dimension log(1 + x) of the largest excess, of the mean of the three largest, and of the share beyond. */
  readonly excesses: readonly number[];
}

/** Beyond this much harm, in margins, more is no news: a model that is ruined is ruined. */
export const MOST_HARM = 4;

export const clampHarm = (harm: number): number => Math.min(MOST_HARM, Math.max(-1, harm));

/**
 * Features of one purpose. Excesses are in units of `scales`: what a metric shows where harm is at the margin.
 */
export function harmFeatures(
  purpose: Purpose,
  channels: readonly Pick<HarmChannel, "purpose" | "value" | "margin" | "eligible">[],
  excesses: readonly MetricExcess[],
  scales: Readonly<Record<string, number>>,
): HarmFeatures {
  const harms = channels
    .filter((channel) => channel.purpose === purpose && channel.eligible && Number.isFinite(channel.value))
    .map(({ value, margin }) => value / margin);
  return {
    proxy: harms.length === 0 ? null : clampHarm(Math.max(...harms)),
    excesses: DIMENSIONS.flatMap((dimension) => {
      const own = excesses.filter((excess) => excess.dimension === dimension);
      const top = own
        .flatMap(({ metric, top: largest }) => largest.map((excess) => excess / (scales[metric] ?? 1)))
        .sort((left, right) => right - left);
      const three = top.slice(0, 3);
      const beyond = own.reduce((sum, one) => sum + one.beyond, 0);
      const of = own.reduce((sum, one) => sum + one.of, 0);
      return [top[0] ?? 0, meanOf(three), of === 0 ? 0 : beyond / of].map(Math.log1p);
    }),
  };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
