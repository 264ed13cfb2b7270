import type { Meter } from "../contracts/metrics.ts";
import type { Clock } from "../contracts/ports.ts";
import { bucketOf, createSeriesTable, type Series } from "./seriesTable.ts";

/** Series that one batch takes, so that one flush stays a small script call. */
const SERIES_PER_BATCH = 400;

/** What one field of the store is to grow by. */
export interface MetricDelta {
  readonly field: string;
  readonly by: number;
}

/** The last value of a gauge, and when it was measured. */
export interface GaugeReading {
  readonly field: string;
  readonly value: number;
  readonly atMs: number;
}

/** What leaves the isolate in one flush. The id makes a second delivery of the same batch harmless. */
export interface MetricBatch {
  readonly id: string;
  readonly deltas: readonly MetricDelta[];
  readonly gauges: readonly GaugeReading[];
}

/** The meter of one isolate: counting touches memory only; flushing is somebody else's round trip. */
export interface IsolateMeter extends Meter {
  /** How long the oldest count has waited for a flush, in milliseconds; 0 when nothing waits. */
  waitingMs(): number;
  /** Takes a batch: one that was given back first, else what was counted since. Null when there is nothing. */
  drainDeltas(): MetricBatch | null;
  /** Returns a batch whose flush failed or timed out; it leaves again unchanged, under the same id. */
  giveBack(batch: MetricBatch): void;
}

const add = (series: Series, index: number, by: number): void => {
  series.pending[index] = (series.pending[index] ?? 0) + by;
};

/** Empties the series into deltas; zero parts stay at home. */
function takePending(series: Series): MetricDelta[] {
  const deltas: MetricDelta[] = [];
  series.fields.forEach((field, index) => {
    const by = series.pending[index] ?? 0;
    if (by !== 0) deltas.push({ field, by });
  });
  series.pending.fill(0);
  series.dirty = false;
  return deltas;
}

/**
 * Makes the meter of an isolate. Bounded in every direction: 200 series per metric, and during an outage of
 * the store counts merge into the series they belong to. A number that is not finite, and a counter that
 * would fall, are dropped: one NaN would spoil a sum for good.
 */
export function createMeter({ clock }: { clock: Clock }): IsolateMeter {
  const find = createSeriesTable();
  const gauges = new Map<string, GaugeReading>();
  const returned: MetricBatch[] = [];
  let dirty: Series[] = [];
  let waitingSinceMs: number | null = null;

  const touch = (series: Series): void => {
    waitingSinceMs ??= clock.now();
    if (series.dirty) return;
    series.dirty = true;
    dirty.push(series);
  };

  return {
    count(name, labels, by = 1) {
      if (!(by > 0 && by < Number.POSITIVE_INFINITY)) return;
      const { series } = find(name, labels);
      add(series, 0, by);
      touch(series);
    },

    observe(name, value, labels) {
      if (!Number.isFinite(value)) return;
      const { family, series } = find(name, labels);
      add(series, bucketOf(family.bounds, value), 1);
      add(series, family.bounds.length + 1, value);
      touch(series);
    },

    set(name, value, labels) {
      if (!Number.isFinite(value)) return;
      const [field = ""] = find(name, labels).series.fields;
      waitingSinceMs ??= clock.now();
      gauges.set(field, { field, value, atMs: clock.now() });
    },

    waitingMs: () => (waitingSinceMs === null ? 0 : clock.now() - waitingSinceMs),

    drainDeltas() {
      const again = returned.shift();
      if (again) return again;
      const taken = dirty.slice(0, SERIES_PER_BATCH);
      dirty = dirty.slice(SERIES_PER_BATCH);
      const readings = [...gauges.values()];
      gauges.clear();
      waitingSinceMs = dirty.length > 0 ? waitingSinceMs : null;
      if (taken.length === 0 && readings.length === 0) return null;
      return { id: crypto.randomUUID(), deltas: taken.flatMap(takePending), gauges: readings };
    },

    giveBack(batch) {
      returned.push(batch);
      // The next attempt is due one flush interval from now, not with the next request.
      waitingSinceMs = clock.now();
    },
  };
}
