import type { HarmChannel, Purpose } from "../contracts/harm.ts";

/** A null this narrow, and no wider, lets a margin be decided: two errors of 5 % fit between 1 and the margin. */
export const NULL_SDS_IN_MARGIN = 3.3;

/** A quarter of the 200 rows below which nothing is said of a table. */
const LEAST_TRAINED = 50;

/** What the pairs said of one channel. */
export interface ChannelPairs {
  readonly purpose: Purpose;
  readonly channel: string;
  readonly subject: string | null;
  readonly margin: number;
  readonly null: readonly number[];
  readonly candidate: readonly number[];
  readonly trainedRows: number;
  /** Rows a side below which the channel cannot be judged, whatever its null. */
  readonly leastRows?: number;
}

/** The channel: median and middle 90 % of the candidate's pairs beside the null, and whether that null is narrow enough. */
export function channelOf(pairs: ChannelPairs): HarmChannel {
  const { purpose, channel, subject, margin, trainedRows, leastRows = LEAST_TRAINED } = pairs;
  const sorted = Float64Array.from(pairs.candidate).sort();
  const nullSd = sdOf(pairs.null);
  const eligible = nullSd <= margin / NULL_SDS_IN_MARGIN && trainedRows >= leastRows;
  const needed = trainedRows * Math.max(1, (NULL_SDS_IN_MARGIN * nullSd) / margin) ** 2;
  return {
    purpose,
    channel,
    subject,
    value: quantileOf(sorted, 0.5),
    low: quantileOf(sorted, 0.05),
    high: quantileOf(sorted, 0.95),
    nullHigh: quantileOf(Float64Array.from(pairs.null).sort(), 0.975),
    nullSd,
    margin,
    eligible,
    rowsNeeded: eligible ? null : Math.ceil(Math.max(needed, leastRows)),
  };
}

/** A channel of which nothing can be said: anything up to `most` in either direction may be. */
export function unknownChannel(purpose: Purpose, channel: string, margin: number, most: number): HarmChannel {
  const nothing = { value: 0, low: -most, high: most, nullHigh: most, nullSd: most };
  return { purpose, channel, subject: null, ...nothing, margin, eligible: false, rowsNeeded: null };
}

function sdOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}

/** Linear between order statistics (Hyndman and Fan 1996, type 7). */
export function quantileOf(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (place - Math.floor(place)) * (high - low);
}
