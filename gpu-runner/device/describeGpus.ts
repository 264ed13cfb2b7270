import type { GpuState } from "./gpuWatch.ts";

/** What the server's metadata says of the cards: each with its processes, or why there is none to see. */
export const describeGpus = ({ gpus, kind, reason, shedding }: GpuState): Record<string, unknown> => ({
  gpus: gpus.map(({ heat, limits, reading }) => ({
    index: reading.index,
    uuid: reading.uuid,
    name: reading.name,
    heat,
    temperature_c: reading.temperatureC,
    warn_c: limits.warnC,
    critical_c: limits.criticalC,
    slowdown_c: reading.slowdownC,
    utilization: reading.utilization,
    memory_used_bytes: reading.memoryUsedBytes,
    memory_total_bytes: reading.memoryTotalBytes,
    power_watts: reading.powerWatts,
    throttle_reasons: reading.throttleReasons,
    processes: reading.processes.map(({ memoryBytes, name, pid }) => ({
      pid,
      name,
      memory_bytes: memoryBytes,
    })),
  })),
  gpu_watch: reason === null ? kind : `${kind}: ${reason}`,
  shedding,
});
