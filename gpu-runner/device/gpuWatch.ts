import type { Shedding } from "../compute/job.ts";
import type { Log } from "../observe/log.ts";
import type { GpuReading } from "./gpuReading.ts";
import { type Heat, type HeatLimits, isOverheated, limitsOf, nextHeat } from "./heat.ts";
import type { GpuLook } from "./readGpus.ts";
import { nextShedding } from "./shedding.ts";

/** A card as it was last seen. */
export interface WatchedGpu {
  readonly reading: GpuReading;
  readonly limits: HeatLimits;
  readonly heat: Heat;
  /** The highest temperature of the last minute or so: a scrape every 30 seconds misses none. */
  readonly peakC: number | null;
}

/** What is known of the cards. `unread`: nobody has looked yet, or nothing could be read for too long. */
export interface GpuState {
  readonly kind: "unread" | "absent" | "read";
  /** Why there is no card, or no reading. */
  readonly reason: string | null;
  readonly gpus: readonly WatchedGpu[];
  readonly shedding: Shedding;
}

export interface GpuWatchOptions {
  readonly look: () => Promise<GpuLook>;
  readonly limits: HeatLimits;
  readonly log: Log;
  /** Told after every look. */
  readonly onState: (state: GpuState, look: GpuLook["kind"]) => void;
}

/** Before the first look. */
export const UNREAD: GpuState = { kind: "unread", reason: null, gpus: [], shedding: "none" };

/** Looks that may fail before what was last seen no longer counts: one minute, at one look every five seconds. */
const STALE_AFTER_LOOKS = 12;
const PEAK_LOOKS = 12;

const LEVELS = { none: "info", batch: "warn", all: "error" } as const;

/** Follows the cards of this machine from look to look: their heat, and what must be shed for it. */
export class GpuWatch {
  readonly #options: GpuWatchOptions;
  readonly #peaks = new Map<string, number[]>();
  #failedLooks = 0;
  #state = UNREAD;

  constructor(options: GpuWatchOptions) {
    this.#options = options;
  }

  get state(): GpuState {
    return this.#state;
  }

  /** Looks once. Says in the log what has changed, and answers the new state. */
  async look(): Promise<GpuState> {
    const look = await this.#options.look();
    const before = this.#state;
    // A card that was there and is not found any more has not gone: its driver has.
    if (look.kind === "read") this.#takeReadings(look.gpus);
    else if (look.kind === "absent" && before.kind !== "read") this.#sayAbsent(look.reason);
    else this.#missReading(look.reason);
    this.#sayShedding(before.shedding);
    this.#options.onState(this.#state, look.kind);
    return this.#state;
  }

  #takeReadings(readings: readonly GpuReading[]): void {
    const { log } = this.#options;
    const before = this.#state;
    if (before.kind !== "read" || this.#failedLooks > 0)
      log("info", "gpus are watched", { gpus: readings.map(({ name }) => name) });
    this.#failedLooks = 0;
    const gpus = readings.map((reading) => this.#watch(reading, before));
    const shedding = nextShedding(before.shedding, {
      critical: gpus.some(({ heat }) => heat === "critical"),
      overheated: gpus.some(({ limits, reading }) => isOverheated(reading, limits)),
    });
    this.#state = { kind: "read", reason: null, gpus, shedding };
  }

  #watch(reading: GpuReading, { gpus }: GpuState): WatchedGpu {
    const limits = limitsOf(this.#options.limits, reading.slowdownC);
    const heatBefore = gpus.find((gpu) => gpu.reading.uuid === reading.uuid)?.heat ?? "normal";
    const heat = nextHeat(heatBefore, reading, limits);
    if (heat !== heatBefore) this.#sayHeat(reading, limits, heat);
    const temperatures = [reading.temperatureC ?? [], this.#peaks.get(reading.uuid) ?? []].flat();
    this.#peaks.set(reading.uuid, temperatures.slice(0, PEAK_LOOKS));
    const peakC = temperatures.length === 0 ? null : Math.max(...temperatures.slice(0, PEAK_LOOKS));
    return { reading, limits, heat, peakC };
  }

  #sayHeat(reading: GpuReading, limits: HeatLimits, heat: Heat): void {
    const level = { normal: "info", warm: "warn", critical: "error" } as const;
    this.#options.log(level[heat], `gpu is ${heat}`, {
      gpu: reading.index,
      uuid: reading.uuid,
      temperature_c: reading.temperatureC,
      warn_c: limits.warnC,
      critical_c: limits.criticalC,
      slowdown_c: reading.slowdownC,
      throttle_reasons: reading.throttleReasons,
    });
  }

  #sayShedding(before: Shedding): void {
    const { shedding } = this.#state;
    if (shedding !== before)
      this.#options.log(LEVELS[shedding], "shedding for heat", { sheds: shedding, before });
  }

  #sayAbsent(reason: string): void {
    if (this.#state.kind !== "absent") this.#options.log("info", "no gpu", { reason });
    this.#state = { kind: "absent", reason, gpus: [], shedding: "none" };
  }

  /** What was last seen stands for a minute: a card that overheats may well fail to answer. */
  #missReading(reason: string): void {
    this.#failedLooks += 1;
    if (this.#failedLooks === 1) this.#options.log("warn", "gpus cannot be read", { reason });
    this.#state = this.#failedLooks < STALE_AFTER_LOOKS ? { ...this.#state, reason } : { ...UNREAD, reason };
  }
}
