import type { Protocol } from "./encodeRequest.ts";
import type { RunnerPoint } from "./measureRunner.ts";

/** Something that a run should reach, and what it reached. `aim` and `reached` carry their units. */
export interface RunnerAim {
  readonly what: string;
  readonly aim: string;
  readonly reached: string;
  readonly isReached: boolean;
}

const MOST_CALLERS = 64;
const LEAST_RATES: Readonly<Partial<Record<Protocol, number>>> = { "REST binary": 10_000, gRPC: 7000 };
const LEAST_GAIN = 3;
const LEAST_SHARE = 0.7;
const MOST_ADDED_MS = 0.5;

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

const twinOf = (points: readonly RunnerPoint[], { callers, model, protocol }: RunnerPoint) =>
  points.find(
    (one) => !one.batching && one.model === model && one.protocol === protocol && one.callers === callers,
  );

const labelOf = ({ callers, model, protocol }: RunnerPoint): string =>
  `${model}, ${protocol}, callers: ${callers}`;

const gainAim = (point: RunnerPoint, twin: RunnerPoint, least: number): RunnerAim => {
  const gain = point.load.requestsPerSecond / twin.load.requestsPerSecond;
  return {
    what: `${labelOf(point)}: batched against unbatched`,
    aim: `${least} ×`,
    reached: `${gain.toFixed(2)} ×`,
    isReached: gain >= least,
  };
};

const shareAim = (point: RunnerPoint): RunnerAim => {
  const share = point.load.requestsPerSecond / point.bare.rowsPerSecond;
  return {
    what: `${labelOf(point)}: rows/s of the bare loop at ${point.meanBatch.toFixed(0)} rows`,
    aim: `${100 * LEAST_SHARE} %`,
    reached: `${Math.round(100 * share)} %`,
    isReached: share >= LEAST_SHARE,
  };
};

const rateAim = (point: RunnerPoint, leastRate: number): RunnerAim => ({
  what: labelOf(point),
  aim: `${whole(leastRate)}/s`,
  reached: `${whole(point.load.requestsPerSecond)}/s`,
  isReached: point.load.requestsPerSecond >= leastRate,
});

const addedAim = (point: RunnerPoint): RunnerAim => {
  const addedMs = point.load.p50Ms - point.bare.p50Ms;
  return {
    what: `${labelOf(point)}: p50 less the bare loop's`,
    aim: `under ${MOST_ADDED_MS} ms`,
    reached: `${addedMs.toFixed(2)} ms`,
    isReached: addedMs < MOST_ADDED_MS,
  };
};

const aimsOf = (points: readonly RunnerPoint[], point: RunnerPoint): RunnerAim[] => {
  const { callers, model, protocol } = point;
  const aims: RunnerAim[] = [];
  const twin = twinOf(points, point);
  const leastRate = LEAST_RATES[protocol];
  const isCrowded = callers === MOST_CALLERS;
  if (model === "wide" && isCrowded && twin) aims.push(gainAim(point, twin, LEAST_GAIN), shareAim(point));
  if (model === "small" && isCrowded && leastRate) aims.push(rateAim(point, leastRate));
  if (model === "small" && twin) aims.push(gainAim(point, twin, 1));
  if (protocol === "gRPC" && callers === 1 && (model === "small" || model === "wide"))
    aims.push(addedAim(point));
  return aims;
};

/** The aims of the wide network, the small one and a lone caller, as far as a run has measured them. */
export const runnerAims = (points: readonly RunnerPoint[]): RunnerAim[] =>
  points.filter(({ batching }) => batching).flatMap((point) => aimsOf(points, point));
