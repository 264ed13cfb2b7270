import type { HarmChannel, HarmResult } from "./contracts/harm.ts";
import { NULL_SDS_IN_MARGIN } from "./harm/channelOf.ts";

/** Training rows a side below which a wider margin makes no channel decidable that was not. */
const LEAST_TRAINED = 50;
const LEAST_TRAINED_FOR_TAIL = 2_000;

/**
 * The same harm, judged by margins `times` as wide, in logarithms and nats: at 0.5 a ratio of 1.10 becomes 1.05, and
 * 0.05 nats 0.025. Narrower margins take narrower nulls to decide by, so a channel may no longer count.
 */
export const scaleMargins = (harm: HarmResult, times: number): HarmResult =>
  times === 1 ? harm : { ...harm, channels: harm.channels.map((channel) => scaled(channel, harm, times)) };

function scaled(channel: HarmChannel, { trainedRows }: HarmResult, times: number): HarmChannel {
  const margin = channel.margin * times;
  const needed = rowsFor(channel.nullSd, channel.margin, trainedRows);
  // Nothing was measured, or more rows are needed than its null asks for: it is not the margin that stands in the way.
  const isKnown = channel.eligible || channel.rowsNeeded !== null;
  const isShort = channel.rowsNeeded !== null && channel.rowsNeeded > needed;
  const least = channel.channel === "tail" ? LEAST_TRAINED_FOR_TAIL : LEAST_TRAINED;
  const hasRows = channel.eligible || (isKnown && !isShort && trainedRows >= least);
  const eligible = hasRows && channel.nullSd <= margin / NULL_SDS_IN_MARGIN;
  const rowsNeeded = Math.max(
    rowsFor(channel.nullSd, margin, trainedRows),
    isShort ? (channel.rowsNeeded ?? 0) : 0,
  );
  return { ...channel, margin, eligible, rowsNeeded: eligible || !isKnown ? null : rowsNeeded };
}

/** Rows a side that make a null narrow enough for a margin. */
const rowsFor = (nullSd: number, margin: number, trainedRows: number): number =>
  Math.ceil(trainedRows * Math.max(1, (NULL_SDS_IN_MARGIN * nullSd) / margin) ** 2);
