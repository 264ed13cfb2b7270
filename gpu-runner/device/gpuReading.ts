/** Why a card does not run at its full clock, as NVML's clock event reasons name it. A closed set: these are label values. */
export const THROTTLE_REASONS = [
  "applications_clocks_setting",
  "sw_power_cap",
  "hw_slowdown",
  "hw_thermal_slowdown",
  "hw_power_brake_slowdown",
  "sync_boost",
  "sw_thermal_slowdown",
  "display_clocks_setting",
] as const;
export type ThrottleReason = (typeof THROTTLE_REASONS)[number];

/** A process that holds memory of a card, as its driver sees it. */
export interface GpuProcess {
  readonly pid: number;
  readonly name: string;
  readonly memoryBytes: number | null;
}

/** One card at one moment. Null is what it does not report, or reports as a sentinel. */
export interface GpuReading {
  /** Its place in the driver's order, from 0. */
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  readonly temperatureC: number | null;
  readonly memoryTemperatureC: number | null;
  /** The temperature at which the card slows itself down. */
  readonly slowdownC: number | null;
  /** Shares of the last sample period, 0 to 1. */
  readonly utilization: number | null;
  readonly memoryUtilization: number | null;
  readonly memoryUsedBytes: number | null;
  readonly memoryTotalBytes: number | null;
  readonly powerWatts: number | null;
  readonly powerLimitWatts: number | null;
  readonly smClockHertz: number | null;
  readonly memoryClockHertz: number | null;
  readonly throttleReasons: readonly ThrottleReason[];
  /** Since the driver was loaded. */
  readonly eccCorrected: number | null;
  readonly eccUncorrected: number | null;
  readonly processes: readonly GpuProcess[];
}
