import { METRICS, type MetricDefinition } from "../../functions/contracts/metrics.ts";
import { page, table } from "./table.ts";

const code = (text: string): string => `\`${text}\``;

/** docs/metrics.md: everything that /metrics may say, by category. */
export function renderMetricsPage(): string {
  const definitions: [string, MetricDefinition][] = Object.entries(METRICS);
  const byCategory = Map.groupBy(definitions, ([, { category }]) => category);
  return page(
    "Metrics",
    "functions/contracts/metrics.ts",
    "`GET /metrics` answers Prometheus text 0.0.4 for the whole cell: every isolate flushes what it counted to Redis at least every `METRICS_FLUSH_MS`, so a scrape of any edge sees all of them. It needs the bearer token `METRICS_TOKEN`, or a key of the platform with `metrics:read`.",
    "Labels come from closed sets and never name a person, a key or a text. A metric keeps 200 series per isolate; what comes later is counted under `__other__`. A gauge that nobody has set for five minutes is left out.",
    ...[...byCategory].flatMap(([category, metrics]) => [
      `## ${category.charAt(0).toUpperCase()}${category.slice(1)}`,
      table(
        ["metric", "type", "labels", "meaning"],
        metrics.map(([name, { type, labels, help }]) => [
          code(name),
          type,
          labels.map(code).join(", "),
          help,
        ]),
      ),
    ]),
    "## Buckets",
    `Histograms share their upper bounds, in seconds: ${bucketsOf(definitions)}, +Inf.`,
  );
}

function bucketsOf(definitions: readonly [string, MetricDefinition][]): string {
  const buckets = definitions.flatMap(([, definition]) => (definition.buckets ? [definition.buckets] : []));
  const texts = new Set(buckets.map((bounds) => bounds.join(", ")));
  if (texts.size !== 1) throw new Error("histograms no longer share their buckets: give each its own line");
  return [...texts].join();
}
