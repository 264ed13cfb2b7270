import { z } from "zod";
import { METRICS, type MetricDefinition, type MetricName } from "../contracts/metrics.ts";

/** What a label says when its metric has more series than it may, or the value is too long to be a name. */
export const OTHER = "__other__";

/** The bucket above all bounds. */
export const INFINITE_BOUND = "+Inf";

/**
 * One number of the metrics store: its metric, the part of it (`value` of a counter or gauge, `sum` or a
 * bucket's upper bound of a histogram), and its labels.
 */
export interface SeriesField {
  readonly name: MetricName;
  readonly part: string;
  readonly labels: Readonly<Record<string, string>>;
}

const fieldSchema = z.tuple([z.string(), z.string(), z.record(z.string(), z.string())]);

const isMetricName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

/** Every metric of the table. */
export const METRIC_NAMES: readonly MetricName[] = Object.keys(METRICS).filter(isMetricName);

/** The definition of a metric, without the literal types of the table. */
export const definitionOf = (name: MetricName): MetricDefinition => METRICS[name];

/** How a field is written in the store: JSON, so that no label value can pretend to be something else. */
export const writeField = ({ name, part, labels }: SeriesField): string =>
  JSON.stringify([name, part, labels]);

/**
 * Reads a field of the store. Null for what this version does not know: a field of an older table must not
 * break the page.
 */
export function readField(text: string): SeriesField | null {
  const parsed = fieldSchema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const [name, part, labels] = parsed.data;
  if (!isMetricName(name)) return null;
  const known: readonly string[] = definitionOf(name).labels;
  const names = Object.keys(labels);
  const fits = names.length === known.length && known.every((label) => Object.hasOwn(labels, label));
  return fits ? { name, part, labels } : null;
}

/** The JSON value of a text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
