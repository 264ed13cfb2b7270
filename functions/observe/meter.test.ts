import { expect, it } from "vitest";
import type { Clock } from "../contracts/ports.ts";
import { createMeter, type MetricBatch } from "./meter.ts";
import { OTHER, readField } from "./series.ts";

const clockAt = (nowMs: number): Clock & { nowMs: number } => ({
  nowMs,
  now() {
    return this.nowMs;
  },
  sleep: () => Promise.resolve(),
});

const totals = (batch: MetricBatch | null): Record<string, number> =>
  Object.fromEntries(batch?.deltas.map(({ field, by }) => [field, by]) ?? []);

it("drains what was counted, once, one field per series", () => {
  const meter = createMeter({ clock: clockAt(0) });
  meter.count("headgate_admissions_total", { verdict: "admitted" });
  meter.count("headgate_admissions_total", { verdict: "admitted" }, 2);
  meter.count("headgate_admissions_total", { verdict: "unknown_key" });
  expect(totals(meter.drainDeltas())).toEqual({
    '["headgate_admissions_total","value",{"verdict":"admitted"}]': 3,
    '["headgate_admissions_total","value",{"verdict":"unknown_key"}]': 1,
  });
  expect(meter.drainDeltas()).toBeNull();
});

it("puts an observation into the one bucket that holds it, bounds included", () => {
  const meter = createMeter({ clock: clockAt(0) });
  meter.observe("headgate_record_duration_seconds", 0.001);
  meter.observe("headgate_record_duration_seconds", 0.0011);
  meter.observe("headgate_record_duration_seconds", 99);
  const parts = Object.entries(totals(meter.drainDeltas())).map(([field, by]) => [
    readField(field)?.part,
    by,
  ]);
  expect(Object.fromEntries(parts)).toEqual({ "0.001": 1, "0.0025": 1, "+Inf": 1, sum: 99.0021 });
});

it("gives a failed batch again unchanged and under its id, and keeps counting beside it", () => {
  const meter = createMeter({ clock: clockAt(0) });
  meter.count("headgate_dead_letters_total");
  const batch = meter.drainDeltas();
  if (!batch) throw new Error("nothing drained");
  meter.count("headgate_dead_letters_total");
  meter.giveBack(batch);
  expect(meter.drainDeltas()).toBe(batch);
  const next = meter.drainDeltas();
  expect(next?.id).not.toBe(batch.id);
  expect(Object.values(totals(next))).toEqual([1]);
});

it("never holds more than 200 series of a metric, nor an overlong label, however many values come", () => {
  const meter = createMeter({ clock: clockAt(0) });
  for (let index = 0; index < 1000; index += 1) {
    meter.count("headgate_gate_warnings_total", { rule: `rule.${index}` });
  }
  meter.count("headgate_gate_warnings_total", { rule: "x".repeat(65) });
  const counts = totals(meter.drainDeltas());
  expect(Object.keys(counts)).toHaveLength(201);
  expect(counts[`["headgate_gate_warnings_total","value",{"rule":"${OTHER}"}]`]).toBe(801);
});

it("drops numbers that would spoil a sum: not finite, and counters that would fall", () => {
  const meter = createMeter({ clock: clockAt(0) });
  meter.count("headgate_dead_letters_total", {}, -1);
  meter.count("headgate_dead_letters_total", {}, Number.NaN);
  meter.observe("headgate_record_duration_seconds", Number.NaN);
  meter.set("headgate_outbox_entries", Number.POSITIVE_INFINITY, { shard: "0" });
  expect(meter.waitingMs()).toBe(0);
  expect(meter.drainDeltas()).toBeNull();
});

it("says how long the oldest count has waited, and starts anew after a failed flush", () => {
  const clock = clockAt(1000);
  const meter = createMeter({ clock });
  meter.count("headgate_dead_letters_total");
  clock.nowMs = 6000;
  expect(meter.waitingMs()).toBe(5000);
  const batch = meter.drainDeltas();
  expect(meter.waitingMs()).toBe(0);
  if (batch) meter.giveBack(batch);
  clock.nowMs = 6500;
  expect(meter.waitingMs()).toBe(500);
});

it("keeps the last value of a gauge with its time", () => {
  const meter = createMeter({ clock: clockAt(7) });
  meter.set("headgate_outbox_entries", 4, { shard: "0" });
  meter.set("headgate_outbox_entries", 2, { shard: "0" });
  expect(meter.drainDeltas()?.gauges).toEqual([
    { field: '["headgate_outbox_entries","value",{"shard":"0"}]', value: 2, atMs: 7 },
  ]);
});
