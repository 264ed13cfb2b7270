import { z } from "zod";
import type { MetricDefinition, MetricName } from "../contracts/metrics.ts";
import { done, type Outcome } from "../contracts/outcome.ts";
import type { Clock, KeyValue, KeyValueFailure } from "../contracts/ports.ts";
import { COUNTS_KEY, GAUGES_KEY } from "./flushMetrics.ts";
import {
  definitionOf,
  INFINITE_BOUND,
  METRIC_NAMES,
  parseJson,
  readField,
  type SeriesField,
} from "./series.ts";

/** The text format that every Prometheus reads; version 3 refuses a scrape without it. */
export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A gauge that nobody has set for this long describes something that is no longer there. */
const GAUGE_MAX_AGE_MS = 300_000;

/** One number of the store with the metric, part and labels it belongs to. */
export interface StoredNumber extends SeriesField {
  readonly value: number;
}

/**
 * HGETALL over REST: an object from a client that decodes hashes, a flat list from the protocol itself, and
 * either may have its JSON texts decoded already.
 */
const hashSchema = z
  .union([
    z.array(z.unknown()).transform(pairsOf),
    z.record(z.string(), z.unknown()).transform((record) => Object.entries(record)),
  ])
  .nullable()
  .transform((pairs): (readonly [string, unknown])[] => pairs ?? []);

const gaugeSchema = z.tuple([z.number(), z.number()]);

function pairsOf(flat: readonly unknown[]): (readonly [string, unknown])[] {
  const pairs: (readonly [string, unknown])[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const field = flat[index];
    pairs.push([typeof field === "string" ? field : JSON.stringify(field), flat[index + 1]]);
  }
  return pairs;
}

/**
 * Renders every metric of the table as Prometheus text 0.0.4, from what all isolates of the cell have
 * flushed. One round trip to the store; gauges that went stale are left out, and swept in a second one.
 */
export async function renderMetrics({
  keyValue,
  clock,
}: {
  keyValue: KeyValue;
  clock: Clock;
}): Promise<Outcome<string, KeyValueFailure>> {
  const outcome = await keyValue.pipeline([
    ["HGETALL", COUNTS_KEY],
    ["HGETALL", GAUGES_KEY],
  ]);
  if (!outcome.ok) return outcome;
  const [counts, gauges] = outcome.value;
  const readings = readGauges(gauges, clock.now());
  if (readings.stale.length > 0) await keyValue.pipeline([["HDEL", GAUGES_KEY, ...readings.stale]]);
  return done(renderExposition([...readCounts(counts), ...readings.fresh]));
}

/** The counts of a hash; what this version does not know is left out. */
function readCounts(hash: unknown): StoredNumber[] {
  const numbers: StoredNumber[] = [];
  for (const [text, raw] of readHash(hash)) {
    const field = readField(text);
    const value = Number(raw);
    if (field && Number.isFinite(value)) numbers.push({ ...field, value });
  }
  return numbers;
}

function readGauges(hash: unknown, nowMs: number): { fresh: StoredNumber[]; stale: string[] } {
  const fresh: StoredNumber[] = [];
  const stale: string[] = [];
  for (const [text, raw] of readHash(hash)) {
    const field = readField(text);
    const reading = gaugeSchema.safeParse(typeof raw === "string" ? parseJson(raw) : raw);
    const alive = field && reading.success && nowMs - reading.data[1] <= GAUGE_MAX_AGE_MS;
    if (alive) fresh.push({ ...field, value: reading.data[0] });
    else stale.push(text);
  }
  return { fresh, stale };
}

function readHash(hash: unknown): (readonly [string, unknown])[] {
  const parsed = hashSchema.safeParse(hash ?? null);
  return parsed.success ? parsed.data : [];
}

/** Renders stored numbers as text. Sorted, so that equal numbers give equal bytes. */
export function renderExposition(numbers: readonly StoredNumber[]): string {
  const byMetric = Map.groupBy(numbers, ({ name }) => name);
  return METRIC_NAMES.toSorted()
    .flatMap((name) => renderMetric(name, byMetric.get(name) ?? []))
    .join("");
}

function renderMetric(name: MetricName, numbers: readonly StoredNumber[]): string[] {
  const definition = definitionOf(name);
  const head = [`# HELP ${name} ${escapeHelp(definition.help)}\n`, `# TYPE ${name} ${definition.type}\n`];
  const series = [...Map.groupBy(numbers, ({ labels }) => labelText(definition, labels))].toSorted(
    ([left], [right]) => (left < right ? -1 : 1),
  );
  // A counter without labels exists from the start: the first event is then a rise that rate() can see.
  if (series.length === 0 && definition.type === "counter" && definition.labels.length === 0) {
    return [...head, `${name} 0\n`];
  }
  const render = definition.type === "histogram" ? renderHistogram : renderNumber;
  return [...head, ...series.flatMap(([labels, parts]) => render(name, labels, parts))];
}

function renderNumber(name: MetricName, labels: string, parts: readonly StoredNumber[]): string[] {
  return [`${name}${inBraces(labels)} ${totalOf(parts, (part) => part === "value")}\n`];
}

/** Buckets are stored apart and cumulated here; the count is the last of them, so the two never disagree. */
function renderHistogram(name: MetricName, labels: string, parts: readonly StoredNumber[]): string[] {
  const bounds = definitionOf(name).buckets ?? [];
  const upTo = (bound: number) => totalOf(parts, (part) => part !== "sum" && boundOf(part) <= bound);
  const withBound = (bound: string) => inBraces(labels ? `${labels},le="${bound}"` : `le="${bound}"`);
  const all = upTo(Number.POSITIVE_INFINITY);
  return [
    ...bounds.map((bound) => `${name}_bucket${withBound(String(bound))} ${upTo(bound)}\n`),
    `${name}_bucket${withBound(INFINITE_BOUND)} ${all}\n`,
    `${name}_sum${inBraces(labels)} ${totalOf(parts, (part) => part === "sum")}\n`,
    `${name}_count${inBraces(labels)} ${all}\n`,
  ];
}

const boundOf = (part: string): number =>
  part === INFINITE_BOUND ? Number.POSITIVE_INFINITY : Number.parseFloat(part);

const totalOf = (parts: readonly StoredNumber[], wanted: (part: string) => boolean): number =>
  parts.reduce((total, { part, value }) => (wanted(part) ? total + value : total), 0);

const inBraces = (labels: string): string => (labels ? `{${labels}}` : "");

const labelText = (definition: MetricDefinition, labels: Readonly<Record<string, string>>): string =>
  definition.labels.map((label) => `${label}="${escapeLabel(labels[label] ?? "")}"`).join(",");

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');
