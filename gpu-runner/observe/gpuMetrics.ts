import { Counter, Gauge, type Registry } from "prom-client";
import { THROTTLE_REASONS } from "../device/gpuReading.ts";
import type { GpuState, WatchedGpu } from "../device/gpuWatch.ts";
import type { GpuLook } from "../device/readGpus.ts";
import { GPU_METRICS, type MetricRow } from "./metricTable.ts";

const HEATS = ["normal", "warm", "critical"] as const;

type Labels = Readonly<Record<string, string>>;
type GpuGauge = Exclude<keyof typeof GPU_METRICS, "looks" | "eccErrors">;

const GAUGES = Object.keys(GPU_METRICS).filter(
  (key): key is GpuGauge => key !== "looks" && key !== "eccErrors",
);

const rowOf = ({ help, labels, name }: MetricRow, registry: Registry) => ({
  name,
  help,
  labelNames: [...labels],
  registers: [registry],
});

/** Memory that processes hold, as this process's and the others'. Null where no process's is known. */
const memoryOf = ({ processes }: WatchedGpu["reading"], own: boolean): number | null => {
  const held = processes.filter(({ pid }) => (pid === process.pid) === own);
  const known = held.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  return known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0);
};

/** The cards as gauges. What a card does not report has no series; a card that is gone leaves none behind. */
export class GpuMetrics {
  readonly #gauges: ReadonlyMap<GpuGauge, Gauge>;
  readonly #looks: Counter;
  readonly #eccErrors: Counter;

  constructor(registry: Registry) {
    this.#gauges = new Map(GAUGES.map((key) => [key, new Gauge(rowOf(GPU_METRICS[key], registry))]));
    this.#looks = new Counter(rowOf(GPU_METRICS.looks, registry));
    this.#eccErrors = new Counter(rowOf(GPU_METRICS.eccErrors, registry));
  }

  /** Shows what a look has found, in the place of what was there before. */
  show(state: GpuState, look: GpuLook["kind"]): void {
    this.#looks.inc({ outcome: look });
    for (const gauge of this.#gauges.values()) gauge.reset();
    this.#eccErrors.reset();
    this.#set("present", {}, state.kind === "read" ? 1 : 0);
    for (const gpu of state.gpus) this.#showCard(gpu);
  }

  #set(key: GpuGauge, labels: Labels, value: number | null): void {
    if (value !== null) this.#gauges.get(key)?.set(labels, value);
  }

  #showCard({ heat, limits, peakC, reading }: WatchedGpu): void {
    const gpu = String(reading.index);
    this.#set("info", { gpu, uuid: reading.uuid, name: reading.name }, 1);
    this.#set("temperature", { gpu }, reading.temperatureC);
    this.#set("peakTemperature", { gpu }, peakC);
    this.#set("memoryTemperature", { gpu }, reading.memoryTemperatureC);
    this.#set("temperatureLimit", { gpu, limit: "warn" }, limits.warnC);
    this.#set("temperatureLimit", { gpu, limit: "critical" }, limits.criticalC);
    this.#set("temperatureLimit", { gpu, limit: "slowdown" }, reading.slowdownC);
    for (const one of HEATS) this.#set("heat", { gpu, heat: one }, one === heat ? 1 : 0);
    this.#set("utilization", { gpu }, reading.utilization);
    this.#set("memoryUtilization", { gpu }, reading.memoryUtilization);
    this.#set("memoryUsed", { gpu }, reading.memoryUsedBytes);
    this.#set("memoryTotal", { gpu }, reading.memoryTotalBytes);
    this.#set("processMemory", { gpu, process: "runner" }, memoryOf(reading, true));
    this.#set("processMemory", { gpu, process: "other" }, memoryOf(reading, false));
    this.#set("power", { gpu }, reading.powerWatts);
    this.#set("powerLimit", { gpu }, reading.powerLimitWatts);
    this.#set("clock", { gpu, clock: "sm" }, reading.smClockHertz);
    this.#set("clock", { gpu, clock: "memory" }, reading.memoryClockHertz);
    for (const reason of THROTTLE_REASONS)
      this.#set("throttled", { gpu, reason }, reading.throttleReasons.includes(reason) ? 1 : 0);
    if (reading.eccCorrected !== null) this.#eccErrors.inc({ gpu, kind: "corrected" }, reading.eccCorrected);
    if (reading.eccUncorrected !== null)
      this.#eccErrors.inc({ gpu, kind: "uncorrected" }, reading.eccUncorrected);
  }
}
