import type { Meter, MetricName } from "../contracts/metrics.ts";
import type { Clock } from "../contracts/ports.ts";
import { definitionOf, INFINITE_BOUND, METRIC_NAMES, OTHER, writeField } from "./series.ts";

/** Series of one metric that an isolate tells apart; what comes later is counted under `__other__`. */
const SERIES_PER_METRIC = 200;
/** Longest label value; every honest one is a name out of a closed set. */
const LABEL_MAX_CHARACTERS = 64;
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

/** Numbers of one series by part: a counter has one, a histogram one per bucket and, last, its sum. */
interface Series {
  readonly fields: readonly string[];
  readonly pending: Float64Array;
  dirty: boolean;
}

interface Family {
  readonly labels: readonly string[];
  readonly bounds: readonly number[];
  readonly parts: readonly string[];
  readonly series: Map<string, Series>;
}

type Labels = Readonly<Record<string, string>>;
const NO_LABELS: Labels = {};

function newFamily(name: MetricName): Family {
  const { type, labels, buckets } = definitionOf(name);
  const bounds = buckets ?? [];
  const parts = type === "histogram" ? [...bounds.map(String), INFINITE_BOUND, "sum"] : ["value"];
  return { labels, bounds, parts, series: new Map() };
}

/** The values in the table's order, in one string; label values are names and hold no line break. */
function keyOf(family: Family, labels: Labels): string {
  let key = "";
  for (const label of family.labels) key += `${labels[label] ?? ""}\n`;
  return key;
}

function addSeries(name: MetricName, family: Family, key: string, labels: Labels): Series {
  const full = family.series.size >= SERIES_PER_METRIC;
  const honest = family.labels.every((label) => (labels[label] ?? "").length <= LABEL_MAX_CHARACTERS);
  const crowded = family.labels.length > 0 && (full || !honest);
  const values = family.labels.map((label) => [label, crowded ? OTHER : (labels[label] ?? "")] as const);
  const ownKey = crowded ? OTHER : key;
  const known = family.series.get(ownKey);
  if (known) return known;
  const wire = Object.fromEntries(values);
  const fields = family.parts.map((part) => writeField({ name, part, labels: wire }));
  const series = { fields, pending: new Float64Array(fields.length), dirty: false };
  family.series.set(ownKey, series);
  return series;
}

/** Index of the first bucket that holds the value; the last one is `+Inf`. */
function bucketOf(bounds: readonly number[], value: number): number {
  for (let index = 0; index < bounds.length; index += 1) {
    if (value <= (bounds[index] ?? Number.POSITIVE_INFINITY)) return index;
  }
  return bounds.length;
}

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
  const families = new Map(METRIC_NAMES.map((name) => [name, newFamily(name)]));
  const gauges = new Map<string, GaugeReading>();
  const returned: MetricBatch[] = [];
  let dirty: Series[] = [];
  let waitingSinceMs: number | null = null;

  const seriesOf = (name: MetricName, labels: Labels): { family: Family; series: Series } => {
    const family = families.get(name) ?? newFamily(name);
    const key = keyOf(family, labels);
    return { family, series: family.series.get(key) ?? addSeries(name, family, key, labels) };
  };

  const touch = (series: Series): void => {
    waitingSinceMs ??= clock.now();
    if (series.dirty) return;
    series.dirty = true;
    dirty.push(series);
  };

  const add = (series: Series, index: number, by: number): void => {
    series.pending[index] = (series.pending[index] ?? 0) + by;
  };

  return {
    count(name, labels, by = 1) {
      if (!(by > 0 && by < Number.POSITIVE_INFINITY)) return;
      const { series } = seriesOf(name, labels ?? NO_LABELS);
      add(series, 0, by);
      touch(series);
    },

    observe(name, value, labels) {
      if (!Number.isFinite(value)) return;
      const { family, series } = seriesOf(name, labels ?? NO_LABELS);
      add(series, bucketOf(family.bounds, value), 1);
      add(series, family.bounds.length + 1, value);
      touch(series);
    },

    set(name, value, labels) {
      if (!Number.isFinite(value)) return;
      const [field = ""] = seriesOf(name, labels ?? NO_LABELS).series.fields;
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
