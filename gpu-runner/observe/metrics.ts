import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Shedding } from "../compute/job.ts";
import { GpuMetrics } from "./gpuMetrics.ts";
import { type MetricRow, SERVING_METRICS } from "./metricTable.ts";

type Labels = Readonly<Record<string, string>>;

const optionsOf = ({ help, labels, name }: MetricRow, registry: Registry) => ({
  name,
  help,
  labelNames: [...labels],
  registers: [registry],
});

const histogram = (row: MetricRow, registry: Registry): Histogram =>
  new Histogram({ ...optionsOf(row, registry), buckets: [...(row.buckets ?? [])] });

const PROCESS_PREFIX = "headgate_runner_";
/** Gauges that the library names like counters, which promtool refuses; each is a sum of what stays beside it. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** What is counted while serving, and what is asked for when the metrics are read. One per runner. */
export class RunnerMetrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter(optionsOf(SERVING_METRICS.requests, this.#registry));
  readonly #info = new Gauge(optionsOf(SERVING_METRICS.info, this.#registry));
  readonly #pending = new Gauge(optionsOf(SERVING_METRICS.pendingRequests, this.#registry));
  readonly #shedding = new Gauge(optionsOf(SERVING_METRICS.shedding, this.#registry));
  readonly requests = { increment: (labels: Labels): void => this.#requests.inc(labels) };
  readonly queueSeconds = histogram(SERVING_METRICS.queueSeconds, this.#registry);
  readonly computeSeconds = histogram(SERVING_METRICS.computeSeconds, this.#registry);
  readonly requestSeconds = histogram(SERVING_METRICS.requestSeconds, this.#registry);
  readonly batchRows = histogram(SERVING_METRICS.batchRows, this.#registry);
  readonly pictures = new Counter(optionsOf(SERVING_METRICS.pictures, this.#registry));
  readonly pictureSeconds = histogram(SERVING_METRICS.pictureSeconds, this.#registry);
  readonly regions = new Counter(optionsOf(SERVING_METRICS.regions, this.#registry));
  readonly gpus = new GpuMetrics(this.#registry);

  constructor() {
    collectDefaultMetrics({ register: this.#registry, prefix: PROCESS_PREFIX });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(`${PROCESS_PREFIX}${name}`);
    this.showShedding("none");
  }

  showShedding(shedding: Shedding): void {
    this.#shedding.set({ priority: "batch" }, shedding === "none" ? 0 : 1);
    this.#shedding.set({ priority: "act" }, shedding === "all" ? 1 : 0);
  }

  /** The page for `GET /metrics`, in the Prometheus text format 0.0.4. */
  async render(
    provider: string,
    pending: readonly { readonly model: string; readonly requests: number }[],
  ): Promise<string> {
    this.#info.reset();
    this.#info.set({ execution_provider: provider }, 1);
    this.#pending.reset();
    for (const { model, requests } of pending) this.#pending.set({ model }, requests);
    return (await this.#registry.metrics()).replaceAll("\n\n", "\n");
  }
}
