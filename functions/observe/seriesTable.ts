import type { MetricName } from "../contracts/metrics.ts";
import { definitionOf, INFINITE_BOUND, METRIC_NAMES, OTHER, writeField } from "./series.ts";

/** Series of one metric that an isolate tells apart; what comes later is counted under `__other__`. */
const SERIES_PER_METRIC = 200;
/** Longest label value; every honest one is a name out of a closed set. */
const LABEL_MAX_CHARACTERS = 64;

/** Numbers of one series by part: a counter has one, a histogram one per bucket and, last, its sum. */
export interface Series {
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
export function bucketOf(bounds: readonly number[], value: number): number {
  for (let index = 0; index < bounds.length; index += 1) {
    if (value <= (bounds[index] ?? Number.POSITIVE_INFINITY)) return index;
  }
  return bounds.length;
}

/** A series and the metric it is of. */
interface Found {
  readonly family: Family;
  readonly series: Series;
}

/**
 * Makes the table of an isolate's series: finds the one that a count belongs to, and makes it when it is
 * new. At most 200 per metric.
 */
export function createSeriesTable(): (name: MetricName, labels: Labels | undefined) => Found {
  const families = new Map(METRIC_NAMES.map((name) => [name, newFamily(name)]));
  return (name, labels = {}) => {
    const family = families.get(name) ?? newFamily(name);
    const key = keyOf(family, labels);
    return { family, series: family.series.get(key) ?? addSeries(name, family, key, labels) };
  };
}
