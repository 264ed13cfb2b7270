/** The runner's metrics, in the Prometheus text format 0.0.4. */
type Labels = Readonly<Record<string, string>>;

const escapeLabel = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

const writeLabels = (labels: Labels): string => {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
};

const header = (name: string, help: string, type: string): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

class Counter {
  readonly #values = new Map<string, number>();
  readonly #name: string;
  readonly #help: string;

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  increment(labels: Labels): void {
    const key = writeLabels(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + 1);
  }

  render(): string[] {
    const samples = [...this.#values].map(([labels, value]) => `${this.#name}${labels} ${value}`);
    return [...header(this.#name, this.#help, "counter"), ...samples];
  }
}

interface Distribution {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
}

class Histogram {
  readonly #series = new Map<string, Distribution>();
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
  }

  observe(labels: Labels, value: number): void {
    const key = writeLabels(labels);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels, counts: Array.from({ length: this.#bounds.length + 1 }, () => 0), sum: 0 };
      this.#series.set(key, series);
    }
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const bucket = found < 0 ? this.#bounds.length : found;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
  }

  render(): string[] {
    const lines = header(this.#name, this.#help, "histogram");
    for (const { labels, counts, sum } of this.#series.values()) {
      let total = 0;
      counts.forEach((count, index) => {
        total += count;
        const le = String(this.#bounds[index] ?? "+Inf");
        lines.push(`${this.#name}_bucket${writeLabels({ ...labels, le })} ${total}`);
      });
      lines.push(
        `${this.#name}_sum${writeLabels(labels)} ${sum}`,
        `${this.#name}_count${writeLabels(labels)} ${total}`,
      );
    }
    return lines;
  }
}

const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const ROWS = [1, 2, 4, 8, 16, 32, 64];

/** What is counted while serving, and what is asked for when the metrics are read. */
export class RunnerMetrics {
  readonly requests = new Counter(
    "headgate_runner_requests_total",
    "Inference requests answered, by status.",
  );
  readonly queueSeconds = new Histogram("headgate_runner_queue_seconds", "Wait for a free worker.", SECONDS);
  readonly computeSeconds = new Histogram(
    "headgate_runner_compute_seconds",
    "Preparing and running one batch.",
    SECONDS,
  );
  readonly requestSeconds = new Histogram(
    "headgate_runner_request_seconds",
    "Inference request from its last byte read to its answer.",
    SECONDS,
  );
  readonly batchRows = new Histogram("headgate_runner_batch_rows", "Rows computed in one run.", ROWS);

  /** The page for `GET /metrics`. */
  render(
    provider: string,
    pending: readonly { readonly model: string; readonly requests: number }[],
  ): string {
    const histograms = [this.queueSeconds, this.computeSeconds, this.requestSeconds, this.batchRows];
    const lines = [
      ...header("headgate_runner_info", "The execution provider in use.", "gauge"),
      `headgate_runner_info${writeLabels({ execution_provider: provider })} 1`,
      ...header("headgate_runner_pending_requests", "Requests that wait for a worker.", "gauge"),
      ...pending.map(
        ({ model, requests }) => `headgate_runner_pending_requests${writeLabels({ model })} ${requests}`,
      ),
      ...this.requests.render(),
      ...histograms.flatMap((histogram) => histogram.render()),
    ];
    return `${lines.join("\n")}\n`;
  }
}
