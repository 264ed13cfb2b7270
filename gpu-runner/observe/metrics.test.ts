import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { GpuState } from "../device/gpuWatch.ts";
import { parseNvidiaSmi } from "../device/parseNvidiaSmi.ts";
import { slowsDownAt, smiXml } from "../device/testNvidiaSmi.ts";
import { RunnerMetrics } from "./metrics.ts";
import { GPU_METRICS, type MetricRow, SERVING_METRICS } from "./metricTable.ts";
import { renderReference } from "./renderReference.ts";
import { startSpan } from "./span.ts";

const ROWS: readonly MetricRow[] = [...Object.values(SERVING_METRICS), ...Object.values(GPU_METRICS)];

const seen = (): GpuState => {
  const parsed = parseNvidiaSmi(
    smiXml({ temperature: "91 C", limits: slowsDownAt("96 C"), hotReason: "Active" }),
  );
  if (!parsed.ok) throw new Error(parsed.failure);
  const gpus = parsed.value.map((reading) => ({
    // What the stand-in card lacks, so that every metric has a sample.
    reading: { ...reading, memoryTemperatureC: 80, powerLimitWatts: 400 },
    limits: { warnC: 85, criticalC: 90 },
    heat: "critical" as const,
    peakC: 91,
  }));
  return { kind: "read", reason: null, gpus, shedding: "batch" };
};

const metrics = new RunnerMetrics();
const pending = [{ model: "affine", requests: 3 }];
let page: string;
beforeAll(async () => {
  metrics.requests.increment({ model: "affine", status: "200" });
  for (const histogram of [metrics.queueSeconds, metrics.computeSeconds, metrics.requestSeconds])
    histogram.observe({ model: "affine" }, 0.0007);
  metrics.batchRows.observe({ model: "affine" }, 5);
  metrics.pictures.inc({ outcome: "anonymized" });
  metrics.pictureSeconds.observe(0.3);
  metrics.regions.inc({ kind: "face" }, 2);
  metrics.gpus.show(seen(), "read");
  page = await metrics.render("cuda", pending);
});

describe("the page of metrics", () => {
  it("has a sample, a help and a type of every metric of the table, and names its unit and kind as promtool wants", () => {
    for (const { name, type } of ROWS) {
      expect(new RegExp(`^# HELP ${name} \\S.*\\n# TYPE ${name} ${type}$`, "m").test(page), name).toBe(true);
      expect(new RegExp(`^${name}(_bucket|_sum|_count)?(\\{.*\\})? \\S+$`, "m").test(page), name).toBe(true);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      expect(name).not.toMatch(/_(ms|us|s|mb|gb|kb|c|w|mhz|percent|gauge|counter|histogram)(_|$)|[A-Z:]/);
    }
    expect(page).not.toContain("\n\n");
  });

  it("passes promtool, where that is installed", ({ skip }) => {
    const { error, status, stderr } = spawnSync("promtool", ["check", "metrics"], { input: page });
    if (error) return skip("no promtool here: Debian has it in the package prometheus");
    expect([status, String(stderr)]).toEqual([0, ""]);
  });

  it("forgets a card that is no longer seen, and how much of it was whose", async () => {
    const other = new RunnerMetrics();
    other.gpus.show(seen(), "read");
    const before = await other.render("cpu", []);
    expect(before).toContain('headgate_runner_gpu_ecc_errors_total{gpu="0",kind="corrected"} 5\n');
    expect(before).toContain('headgate_runner_gpu_process_memory_bytes{gpu="0",process="other"} 536870912\n');
    other.gpus.show({ kind: "unread", reason: "x", gpus: [], shedding: "none" }, "failed");
    const after = await other.render("cpu", []);
    expect(after).toContain("headgate_runner_gpu_present 0\n");
    expect(after).not.toContain('{gpu="0"');
  });
});

it("docs/runner-metrics.md is what the table says", async () => {
  const written = await readFile(new URL("../../docs/runner-metrics.md", import.meta.url), "utf8");
  expect(written).toBe(renderReference());
});

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

describe("a span", () => {
  it.each([`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-03`, `01-${TRACE}-${PARENT}-01-more`])(
    "begins under %s",
    (header) => {
      expect(startSpan(header)).toEqual({
        traceId: TRACE,
        parentSpanId: PARENT,
        spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      });
    },
  );

  it.each([
    undefined,
    "",
    `00-${TRACE}-${PARENT}-00`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${"0".repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
  ])("does not begin under %s", (header) => {
    expect(startSpan(header)).toBeNull();
  });
});
