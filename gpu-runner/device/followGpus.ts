import type { Log } from "../observe/log.ts";
import type { RunnerMetrics } from "../observe/metrics.ts";
import type { Serving } from "../serving.ts";
import { GpuWatch } from "./gpuWatch.ts";
import { readGpus } from "./readGpus.ts";
import { startGpuWatch } from "./startGpuWatch.ts";

export interface GpuSettings {
  /** From the end of one look to the next; 0 looks never. */
  readonly everyMs: number;
  readonly warnC: number;
  readonly criticalC: number;
}

/**
 * Watches this machine's cards for a runner: what is seen goes to its metrics and metadata, and what must be shed
 * for heat to its scheduler. Answers how the watch is ended.
 */
export const followGpus = (
  { criticalC, everyMs, warnC }: GpuSettings,
  serving: Pick<Serving, "gpus" | "shedding"> & { readonly metrics: RunnerMetrics },
  log: Log,
): (() => void) => {
  if (everyMs === 0) return () => {};
  const watch = new GpuWatch({
    look: () => readGpus(),
    limits: { warnC, criticalC },
    log,
    onState: (state, look) => {
      serving.gpus = state;
      serving.shedding = state.shedding;
      serving.metrics.gpus.show(state, look);
      serving.metrics.showShedding(state.shedding);
    },
  });
  return startGpuWatch(watch, everyMs, (detail) => log("error", "a bug", { detail }));
};
