import { GPU_METRICS, type MetricRow, SERVING_METRICS } from "./metricTable.ts";

const code = (text: string): string => `\`${text}\``;

const rowOf = ({ help, labels, name, triton, type }: MetricRow): string =>
  `| ${[code(name), type, labels.map(code).join(", "), help, (triton ?? "").split(", ").filter(Boolean).map(code).join(", ")].join(" | ")} |`;

const tableOf = (rows: readonly MetricRow[]): string =>
  [
    "| metric | type | labels | meaning | in Triton |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map(rowOf),
  ].join("\n");

const bucketsOf = (rows: readonly MetricRow[]): string =>
  rows
    .flatMap(({ buckets, name }) => (buckets ? [`- ${code(name)}: ${buckets.join(", ")}, +Inf`] : []))
    .join("\n");

/** docs/runner-metrics.md: what `GET /metrics` of the runner may say. */
export const renderReference = (): string => {
  const serving: readonly MetricRow[] = Object.values(SERVING_METRICS);
  return [
    "# Metrics of the runner",
    "<!-- Generated from gpu-runner/observe/metricTable.ts by `npm run build:reference -w gpu-runner`; edit the table, not this page. -->",
    "`GET /metrics` of a runner answers Prometheus text 0.0.4 of that process alone: scrape each one. Labels come from closed sets; a model that is not served is counted as `unknown`, and no caller can make a new label. [The runner](runner.md) says how the cards are watched.",
    "## Serving",
    tableOf(serving),
    "Buckets:",
    bucketsOf(serving),
    "Beside them stand those of the process that prom-client knows, under the same prefix: processor time, memory, file descriptors, garbage collection and the lag of the event loop, which here is the thread that reads and answers.",
    "## Cards",
    "A card has a series for what it reports and none for what it does not. `gpu` is its number in the driver's order.",
    tableOf(Object.values(GPU_METRICS)),
  ]
    .join("\n\n")
    .concat("\n");
};
