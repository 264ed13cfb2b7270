import type { HarmChannel, HarmResult } from "../contracts/harm.ts";
import type { Measured } from "../contracts/metrics.ts";
import type { Report } from "../contracts/report.ts";
import type { Evidence } from "../evidence/measureEvidence.ts";
import { NULL_SDS_IN_MARGIN } from "../harm/channelOf.ts";

const MARGIN = Math.log(1.1);
const MOST_LOG_RATIO = Math.log(4);
/** Standard deviations of a normal in its middle 95 %, one way. */
const SDS_ASIDE = 1.96;

/**
 * What a profile without rows can still say of harm: that of a linear model, whose error on real rows follows from
 * co-moments (`excess_risk`). A linear model is blind to much, so it may only warn: a channel is given where it lies
 * beyond its margin with all of its null's width taken off, and none else.
 */
export function harmWithoutRows(harm: HarmResult, { measured, rowsASide }: Evidence): HarmResult {
  const risks = measured.filter(({ metric, value }) => metric === "excess_risk" && Number.isFinite(value));
  const channel = risks.length === 0 ? null : linearChannel(risks);
  const isBeyond = channel?.eligible === true && channel.low > channel.margin;
  return { ...harm, trainedRows: rowsASide, channels: isBeyond ? [channel] : [] };
}

function linearChannel(risks: readonly Measured[]): HarmChannel {
  const shift = (sign: number) =>
    meanOf(risks, ({ value, ...rest }) => logRatio(value + sign * asideOf(rest)));
  const aside = meanOf(risks, asideOf);
  const nullSd = aside / SDS_ASIDE;
  return {
    purpose: "predictive",
    channel: "linear",
    subject: risks.length === 1 ? (risks[0]?.subject ?? null) : null,
    value: shift(0),
    low: shift(-1),
    high: shift(1),
    nullHigh: meanOf(risks, ({ nullHigh }) => logRatio(nullHigh)),
    nullSd,
    margin: MARGIN,
    eligible: nullSd <= MARGIN / NULL_SDS_IN_MARGIN,
    rowsNeeded: null,
  };
}

/** Half of the range that real rows have against real rows. */
const asideOf = ({ nullLow, nullHigh }: Pick<Measured, "nullLow" | "nullHigh">): number =>
  (nullHigh - nullLow) / 2;

/** A share of the error that is added, as the log ratio of errors; no one target decides a mean. */
const logRatio = (excess: number): number =>
  Math.max(-MOST_LOG_RATIO, Math.min(MOST_LOG_RATIO, Math.log(Math.max(0, 1 + excess))));

const meanOf = (risks: readonly Measured[], read: (risk: Measured) => number): number =>
  risks.reduce((sum, risk) => sum + read(risk), 0) / risks.length;

/** The report of a check without rows: a purpose of which nothing could be measured says why. */
export function sayNoRows(report: Report): Report {
  const said = (harm: Report["harm"]["predictive"]): Report["harm"]["predictive"] =>
    harm === null || harm.channels.length > 0
      ? harm
      : {
          ...harm,
          because:
            harm.verdict === "insufficient_data"
              ? "The reference is a profile without rows: harm of this kind is not computable."
              : harm.because,
        };
  return {
    ...report,
    harm: {
      ...report.harm,
      predictive: said(report.harm.predictive),
      generative: said(report.harm.generative),
    },
  };
}
