import type { Point, Target } from "../measure.ts";
import { AIMED_CONNECTIONS } from "../options.ts";

/** A share of the pass-through's rate that a target should reach, and whether it did. */
export interface Aim {
  readonly target: Target;
  readonly bodyBytes: number;
  readonly aimedShare: number;
  readonly reachedShare: number;
}

const AIMED: readonly (readonly [Target, number])[] = [
  ["act, not recorded", 0.7],
  ["act, recorded", 0.3],
];

/** Compares each target with the pass-through of the same run, body and number of connections. */
export function aimsOf(points: readonly Point[]): Aim[] {
  const rateOf = (target: Target, bodyBytes: number): number | undefined =>
    points.find(
      (point) =>
        point.target === target && point.bodyBytes === bodyBytes && point.connections === AIMED_CONNECTIONS,
    )?.load.requestsPerSecond;
  const bodies = [...new Set(points.map((point) => point.bodyBytes))];
  return bodies.flatMap((bodyBytes) =>
    AIMED.flatMap(([target, aimedShare]): Aim[] => {
      const rate = rateOf(target, bodyBytes);
      const yardstick = rateOf("pass-through", bodyBytes);
      if (rate === undefined || yardstick === undefined) return [];
      return [{ target, bodyBytes, aimedShare, reachedShare: rate / yardstick }];
    }),
  );
}

/** Answers that said `recorded: true`, and rows that lay in Postgres afterwards. */
export function parityOf(points: readonly Point[]): { recorded: number; rows: number } {
  return {
    recorded: points.reduce((sum, point) => sum + point.load.recorded, 0),
    rows: points.reduce((sum, point) => sum + point.rowsAdded, 0),
  };
}
