/** What the runner has counted of a model's runs so far. */
export interface RunCounters {
  readonly rows: number;
  readonly runs: number;
  readonly queueSeconds: number;
  readonly computeSeconds: number;
}

const sampleOf = (page: string, name: string, model: string): number => {
  const line = page
    .split("\n")
    .filter((one) => one.startsWith(`headgate_runner_${name}{`))
    .filter((one) => one.includes(`model="${model}"`));
  return line.reduce((sum, one) => sum + Number(one.slice(one.lastIndexOf(" ") + 1)), 0);
};

/** Reads a model's counters from the runner's own metrics. */
export const readCounters = async (url: string, model: string): Promise<RunCounters> => {
  const page = await (await fetch(`${url}/metrics`)).text();
  return {
    rows: sampleOf(page, "batch_rows_sum", model),
    runs: sampleOf(page, "batch_rows_count", model),
    queueSeconds: sampleOf(page, "queue_seconds_sum", model),
    computeSeconds: sampleOf(page, "compute_seconds_sum", model),
  };
};
