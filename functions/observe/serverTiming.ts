/** The stages of a request that a caller waits for, in milliseconds; null where a stage did not take place. */
export interface Stages {
  readonly admitMs: number | null;
  readonly runnerQueueMs: number | null;
  readonly runnerComputeMs: number | null;
  readonly recordMs: number | null;
  readonly totalMs: number;
}

/**
 * The `Server-Timing` header (W3C Server Timing), such as `admit;dur=0.4, total;dur=12.3`. A stage that did
 * not take place, or whose time nobody knows, is left out: 0 would be a claim.
 */
export function serverTiming(stages: Stages): string {
  const named: readonly (readonly [string, number | null])[] = [
    ["admit", stages.admitMs],
    ["runner_queue", stages.runnerQueueMs],
    ["runner_compute", stages.runnerComputeMs],
    ["record", stages.recordMs],
    ["total", stages.totalMs],
  ];
  return named
    .flatMap(([name, ms]) =>
      ms !== null && Number.isFinite(ms) ? [`${name};dur=${Number(Math.max(0, ms).toFixed(3))}`] : [],
    )
    .join(", ");
}
