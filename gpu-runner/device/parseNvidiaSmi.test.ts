import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNvidiaSmi } from "./parseNvidiaSmi.ts";
import { readQuantity } from "./readQuantity.ts";
import { type StandInGpu, slowsDownAt, smiXml } from "./testNvidiaSmi.ts";

const card = (more: Partial<StandInGpu> = {}): StandInGpu => ({
  temperature: "71 C",
  limits: slowsDownAt("93 C"),
  hotReason: "Not Active",
  ...more,
});

const readOne = (gpu: StandInGpu) => {
  const parsed = parseNvidiaSmi(smiXml(gpu));
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value[0];
};

describe("a page of nvidia-smi", () => {
  it("is read in base units, with this moment's clocks, all ECC memories and every process", () => {
    expect(readOne(card())).toEqual({
      index: 0,
      uuid: "GPU-11111111-2222-3333-4444-555555555555",
      name: "Stand-in 80GB",
      temperatureC: 71,
      memoryTemperatureC: null,
      slowdownC: 93,
      utilization: 0.97,
      memoryUtilization: 0.41,
      memoryUsedBytes: 1024 * 2 ** 20,
      memoryTotalBytes: 81_559 * 2 ** 20,
      powerWatts: 310.25,
      powerLimitWatts: null,
      smClockHertz: 1.41e9,
      memoryClockHertz: 1.593e9,
      throttleReasons: ["sw_power_cap"],
      eccCorrected: 5,
      eccUncorrected: 1,
      processes: [
        { pid: 4711, name: "trainer", memoryBytes: 512 * 2 ** 20 },
        { pid: 4712, name: "[Not Found]", memoryBytes: null },
      ],
    });
  });

  it("gives the slowdown of newer cards from their margin, and none where a part of it is missing", () => {
    const margins = (limit: string, slow: string): string =>
      `<gpu_temp_tlimit>${limit}</gpu_temp_tlimit><gpu_temp_slow_tlimit_threshold>${slow}</gpu_temp_slow_tlimit_threshold>`;
    expect(readOne(card({ limits: margins("16 C", "-2 C") }))?.slowdownC).toBe(89);
    expect(readOne(card({ limits: margins("N/A", "-2 C") }))?.slowdownC).toBeNull();
    expect(readOne(card({ limits: slowsDownAt("[Not Supported]") }))?.slowdownC).toBeNull();
  });

  it("numbers several cards in their order", () => {
    const parsed = parseNvidiaSmi(smiXml(card(), card({ temperature: "40 C" })));
    expect(parsed.ok && parsed.value.map(({ index, temperatureC }) => [index, temperatureC])).toEqual([
      [0, 71],
      [1, 40],
    ]);
  });

  it("that is broken off, or another page, is refused with a sentence", () => {
    const page = smiXml(card());
    fc.assert(
      fc.property(fc.nat(page.trimEnd().length - 1), (length) => {
        expect(parseNvidiaSmi(page.slice(0, length))).toEqual({ ok: false, failure: expect.any(String) });
      }),
      { numRuns: 30 },
    );
    expect(parseNvidiaSmi("<html/>").ok).toBe(false);
  });
});

it.each([
  ["N/A", "C"],
  ["[N/A]", "W"],
  ["[Not Supported]", "MiB"],
  ["4294967295 C", "C"],
  ["4294967295", ""],
  ["9223372036854775794", ""],
  ["-1 %", "%"],
  ["12 C", "W"],
  ["12", "C"],
] as const)("the sentinel or misfit %j is no quantity in %j", (text, unit) => {
  expect(readQuantity(text, unit)).toBeNull();
});
