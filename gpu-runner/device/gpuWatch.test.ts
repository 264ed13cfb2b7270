import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Shedding } from "../compute/job.ts";
import type { LogLevel } from "../observe/log.ts";
import type { GpuReading, ThrottleReason } from "./gpuReading.ts";
import { GpuWatch } from "./gpuWatch.ts";
import { type Heat, limitsOf, nextHeat } from "./heat.ts";
import type { GpuLook } from "./readGpus.ts";
import { nextShedding } from "./shedding.ts";

const LIMITS = { warnC: 85, criticalC: 90 };

const reading = (temperatureC: number | null, more: Partial<GpuReading> = {}): GpuReading => ({
  index: 0,
  uuid: "GPU-1",
  name: "Stand-in",
  temperatureC,
  memoryTemperatureC: null,
  slowdownC: 96,
  utilization: null,
  memoryUtilization: null,
  memoryUsedBytes: null,
  memoryTotalBytes: null,
  powerWatts: null,
  powerLimitWatts: null,
  smClockHertz: null,
  memoryClockHertz: null,
  throttleReasons: [],
  eccCorrected: null,
  eccUncorrected: null,
  processes: [],
  ...more,
});

/** A watch that sees these looks one after the other, and what it said. */
const watchOf = (looks: readonly GpuLook[]) => {
  const lines: [LogLevel, string][] = [];
  const waiting = [...looks];
  const watch = new GpuWatch({
    look: async () => waiting.shift() ?? { kind: "failed", reason: "no more looks" },
    limits: LIMITS,
    log: (level, message) => lines.push([level, message]),
    onState: () => {},
  });
  return { watch, lines };
};

const read = (...gpus: readonly GpuReading[]): GpuLook => ({ kind: "read", gpus });

const sheddingOver = async (looks: readonly GpuLook[]): Promise<Shedding[]> => {
  const { watch } = watchOf(looks);
  const seen: Shedding[] = [];
  for (const _look of looks) seen.push((await watch.look()).shedding);
  return seen;
};

describe("the limits of a card", () => {
  it("are the set ones, or lower where it would slow itself down before", () => {
    expect(limitsOf(LIMITS, null)).toEqual(LIMITS);
    expect(limitsOf(LIMITS, 105)).toEqual(LIMITS);
    expect(limitsOf(LIMITS, 95)).toEqual(LIMITS);
    expect(limitsOf(LIMITS, 89)).toEqual({ warnC: 79, criticalC: 84 });
  });
});

describe("shedding", () => {
  it("begins with batch work at 90 °C, takes all when a look later it is as hot, and ends below 85 °C in steps", async () => {
    const temperatures = [84, 89, 90, 91, 86, 89, 85, 84];
    expect(await sheddingOver(temperatures.map((one) => read(reading(one))))).toEqual([
      "none",
      "none",
      "batch",
      "all",
      "all",
      "all",
      "batch",
      "none",
    ]);
  });

  it("stays with batch work where that is enough to bring the card under its limit", async () => {
    const temperatures = [90, 88, 89, 85];
    expect(await sheddingOver(temperatures.map((one) => read(reading(one))))).toEqual([
      "batch",
      "batch",
      "batch",
      "none",
    ]);
  });

  it("begins when one of several cards is too hot, or slows itself down for its heat at any temperature", async () => {
    const cool = reading(50, { uuid: "GPU-2", index: 1 });
    expect(await sheddingOver([read(cool, reading(95))])).toEqual(["batch"]);
    const slowed = (reason: ThrottleReason) => read(reading(60, { throttleReasons: [reason] }));
    expect(await sheddingOver([slowed("hw_thermal_slowdown")])).toEqual(["batch"]);
    expect(await sheddingOver([slowed("sw_power_cap")])).toEqual(["none"]);
  });

  it("outlives looks that fail for a minute, and not a longer silence", async () => {
    const failed: GpuLook = { kind: "failed", reason: "fallen off the bus" };
    const gone: GpuLook = { kind: "absent", reason: "no card" };
    const seen = await sheddingOver([read(reading(92)), gone, ...Array.from({ length: 11 }, () => failed)]);
    expect(seen.slice(0, 12).every((one) => one === "batch")).toBe(true);
    expect(seen[12]).toBe("none");
  });

  it("never leaps from none to all or back, whatever the cards do", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean())), (looks) => {
        let before: Shedding = "none";
        for (const [critical, hot] of looks) {
          const after = nextShedding(before, { critical, overheated: critical && hot });
          expect([before, after].toSorted()).not.toEqual(["all", "none"]);
          before = after;
        }
      }),
    );
  });
});

it("a card's heat rises at its limits, falls 5 °C below them, and is always critical at the critical one", () => {
  const heats: Heat[] = [];
  for (const temperatureC of [84, 85, 81, 80, 90, 86, 85, 80])
    heats.push(nextHeat(heats.at(-1) ?? "normal", reading(temperatureC), LIMITS));
  expect(heats).toEqual(["normal", "warm", "warm", "normal", "critical", "critical", "warm", "normal"]);
  expect(nextHeat("critical", reading(null), LIMITS)).toBe("critical");
});

it("says once what has changed: warm, critical, shedding, unreadable, and that there is no card", async () => {
  const failed: GpuLook = { kind: "failed", reason: "x" };
  const { lines, watch } = watchOf([
    read(reading(50)),
    read(reading(86)),
    read(reading(91)),
    read(reading(92)),
    failed,
    failed,
  ]);
  for (let look = 0; look < 6; look += 1) await watch.look();
  expect(lines).toEqual([
    ["info", "gpus are watched"],
    ["warn", "gpu is warm"],
    ["error", "gpu is critical"],
    ["warn", "shedding for heat"],
    ["error", "shedding for heat"],
    ["warn", "gpus cannot be read"],
  ]);
  expect(watch.state.gpus[0]?.peakC).toBe(92);
  const absent: GpuLook = { kind: "absent", reason: "there is no nvidia-smi on the PATH" };
  const none = watchOf([absent, absent]);
  await none.watch.look();
  expect(await none.watch.look()).toMatchObject({ kind: "absent", reason: absent.reason, shedding: "none" });
  expect(none.lines).toEqual([["info", "no gpu"]]);
});
