import type { HarmChannel } from "../contracts/harm.ts";
import { channelOf, quantileOf, unknownChannel } from "./channelOf.ts";
import { type LogRatio, MOST_LOG_RATIO, type Prediction } from "./measurePrediction.ts";

const MEAN_MARGIN = Math.log(1.1);
const WORST_MARGIN = Math.log(1.3);
const TAIL_MARGIN = Math.log(1.3);
const LEAST_TAIL_ROWS = 400;
/** Training rows a side of a reference whose outermost tenth of test rows is 400: a quarter of 8,000 rows. */
const LEAST_TRAINED_FOR_TAIL = 2_000;

/** Per pair the log ratio of every target. */
type Pairs = readonly (readonly LogRatio[])[];

/**
 * Three views of the log ratios of all targets: their mean, the worst target's, and their mean on the outermost rows.
 * The null of the worst is that of a maximum; both directions of a real pair count, as neither side is the better.
 */
export function predictiveChannels(prediction: Prediction, trainedRows: number): readonly HarmChannel[] {
  const { targets, tailRows } = prediction;
  if (targets.length === 0 || (targets[0]?.candidate.length ?? 0) === 0)
    return [
      unknownChannel("predictive", "mean", MEAN_MARGIN, MOST_LOG_RATIO),
      unknownChannel("predictive", "worst_target", WORST_MARGIN, MOST_LOG_RATIO),
      unknownChannel("predictive", "tail", TAIL_MARGIN, MOST_LOG_RATIO),
    ];
  const nulls = pairsOf(targets.map((target) => target.null));
  const candidate = pairsOf(targets.map((target) => target.candidate));
  const both = [...nulls, ...nulls.map((pair) => pair.map(reversed))];
  const channel = (
    name: string,
    margin: number,
    subject: string | null,
    read: (pair: readonly LogRatio[]) => number,
  ) =>
    ({
      purpose: "predictive",
      channel: name,
      subject,
      margin,
      trainedRows,
      null: both.map(read),
      candidate: candidate.map(read),
    }) as const;
  const only = targets.length === 1 ? (targets[0]?.name ?? null) : null;
  return [
    channelOf(channel("mean", MEAN_MARGIN, only, (pair) => mean(pair.map(({ all }) => all)))),
    channelOf(
      channel("worst_target", WORST_MARGIN, worstOf(prediction), (pair) =>
        Math.max(...pair.map(({ all }) => all)),
      ),
    ),
    tailRows >= LEAST_TAIL_ROWS
      ? channelOf(channel("tail", TAIL_MARGIN, only, (pair) => mean(pair.map(({ tail }) => tail))))
      : channelOf({
          ...channel("tail", TAIL_MARGIN, only, (pair) => mean(pair.map(({ tail }) => tail))),
          leastRows: Math.max(LEAST_TRAINED_FOR_TAIL, trainedRows + 1),
        }),
  ];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const reversed = ({ all, tail }: LogRatio): LogRatio => ({ all: -all, tail: -tail });

const pairsOf = (targets: readonly (readonly LogRatio[])[]): Pairs =>
  (targets[0] ?? []).map((_, pair) => targets.flatMap((ratios) => ratios[pair] ?? []));

/** The target whose median is the largest. */
function worstOf({ targets }: Prediction): string | null {
  const medians = targets.map(({ name, candidate }) => ({
    name,
    median: quantileOf(Float64Array.from(candidate, ({ all }) => all).sort(), 0.5),
  }));
  return medians.reduce(
    (worst, one) => (one.median > worst.median ? one : worst),
    medians[0] ?? { name: null, median: 0 },
  ).name;
}
