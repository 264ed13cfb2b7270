import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Store } from "../../local/redis/store.ts";
import { done, failed } from "../contracts/outcome.ts";
import type { Clock, KeyValue, KeyValueCommand } from "../contracts/ports.ts";
import { COUNTS_KEY, flushMetrics, GAUGES_KEY, takeMetricFlight } from "./flushMetrics.ts";
import { createMeter, type IsolateMeter } from "./meter.ts";
import { renderExposition, renderMetrics } from "./renderMetrics.ts";
import { definitionOf, METRIC_NAMES } from "./series.ts";

const clock: Clock = { now: () => 1_000_000, sleep: () => Promise.resolve() };

/** The Redis of the cell `local`, in process, so that the script of a flush runs as Lua. */
class SmallRedis implements KeyValue {
  readonly #store = new Store({ now: clock.now, log: { append: () => {} } });
  mode: "answers" | "refuses" | "loses_answers" = "answers";
  shape: "object" | "flat" = "flat";

  run = () => Promise.resolve(done(null));

  pipeline(commands: readonly KeyValueCommand[]) {
    if (this.mode === "refuses") {
      return Promise.resolve(failed({ kind: "unavailable" as const, detail: "" }));
    }
    const results = commands.map((command) => this.execute(command.map(String)));
    return Promise.resolve(
      this.mode === "loses_answers" ? failed({ kind: "timeout" as const, detail: "" }) : done(results),
    );
  }

  execute(command: readonly string[]): unknown {
    const reply = this.#store.run(command);
    if (reply instanceof Error) return null;
    if (this.shape === "flat" || command[0] !== "HGETALL" || !Array.isArray(reply)) return reply;
    const pairs = reply.flatMap((field, index) => (index % 2 === 0 ? [[field, reply[index + 1]]] : []));
    return Object.fromEntries(pairs);
  }
}

/** Counts one of every metric, with label values that need every escape. */
function countEverything(meter: IsolateMeter, value: string): void {
  for (const name of METRIC_NAMES) {
    const { type, labels } = definitionOf(name);
    const values = Object.fromEntries(labels.map((label) => [label, value]));
    const loose: { [Kind in "count" | "observe" | "set"]: (...args: never[]) => void } = meter;
    if (type === "counter") Reflect.apply(loose.count, meter, [name, values]);
    if (type === "gauge") Reflect.apply(loose.set, meter, [name, 2.5, values]);
    if (type === "histogram") Reflect.apply(loose.observe, meter, [name, 0.3, values]);
  }
}

async function pageOf(redis: SmallRedis): Promise<string> {
  const outcome = await renderMetrics({ keyValue: redis, clock });
  if (!outcome.ok) throw new Error(outcome.failure.kind);
  return outcome.value;
}

const promtool = spawnSync("promtool", ["--version"]).status === 0;

/** What promtool says about a page, or nothing where it is not installed; our own lint runs everywhere. */
function promtoolComplaints(page: string): string {
  if (!promtool) return "";
  const { stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: page, encoding: "utf8" });
  return stdout + stderr;
}

it("renders a page that promtool finds clean, empty or full, whatever the labels hold", async () => {
  const redis = new SmallRedis();
  expect(promtoolComplaints(await pageOf(redis))).toBe("");
  const meter = createMeter({ clock });
  countEverything(meter, 'a\\"b\nc');
  await flushMetrics({ meter, keyValue: redis });
  const page = await pageOf(redis);
  expect(promtoolComplaints(page)).toBe("");
  expect(page).toContain('headgate_admissions_total{verdict="a\\\\\\"b\\nc"} 1\n');
});

it("keeps every name of the table to the naming rules of Prometheus", () => {
  const abbreviated = /_(ms|s|us|ns|mb|gb|kb|b|m|h|d)(_|$)/;
  const wrongUnit = /milliseconds|microseconds|minutes|hours|days|kilobytes|megabytes|bits|percent/;
  for (const name of METRIC_NAMES) {
    const { type, help, labels } = definitionOf(name);
    expect(name).toMatch(/^headgate_[a-z0-9_]+$/);
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    expect(name).not.toMatch(abbreviated);
    expect(name).not.toMatch(wrongUnit);
    expect(name).not.toMatch(/_(bucket|count|sum|gauge|counter|histogram)$/);
    expect(help, name).toMatch(/\S.*\.$/);
    for (const label of labels) expect(label).toMatch(/^(?!le$|quantile$)[a-z][a-z0-9_]*$/);
  }
});

it("shows help and type of every metric exactly once, before its samples", async () => {
  const page = await pageOf(new SmallRedis());
  for (const name of METRIC_NAMES) {
    expect(page.split(`# HELP ${name} `)).toHaveLength(2);
    expect(page.split(`# TYPE ${name} `)).toHaveLength(2);
  }
});

it("cumulates buckets so that they never fall and end at the count", () => {
  const bounds = definitionOf("headgate_record_duration_seconds").buckets ?? [];
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 1 }), (values) => {
      const meter = createMeter({ clock });
      for (const value of values) meter.observe("headgate_record_duration_seconds", value);
      const stored = meter.drainDeltas()?.deltas ?? [];
      const numbers = stored.map(({ field, by }) => {
        const part = String(JSON.parse(field)[1]);
        return { name: "headgate_record_duration_seconds" as const, part, labels: {}, value: by };
      });
      const page = renderExposition(numbers);
      const lines = page.matchAll(/^headgate_record_duration_seconds_bucket\{le="(.+)"\} (\d+)$/gm);
      const buckets = Array.from(lines, ([, , count]) => Number(count));
      const truth = bounds.map((bound) => values.filter((value) => value <= bound).length);
      expect(buckets).toEqual([...truth, values.length]);
      expect(page).toContain(`headgate_record_duration_seconds_count ${values.length}\n`);
    }),
    { numRuns: 100 },
  );
});

it("loses nothing and doubles nothing when a flush fails, before or after Redis took it", async () => {
  const redis = new SmallRedis();
  const meter = createMeter({ clock });
  const counted = { refuses: 3, loses_answers: 5, answers: 7 };
  for (const mode of ["refuses", "loses_answers", "answers"] as const) {
    redis.mode = mode;
    meter.count("headgate_dead_letters_total", {}, counted[mode]);
    expect((await flushMetrics({ meter, keyValue: redis })).ok).toBe(mode === "answers");
  }
  for (let again = 0; again < 3; again += 1) await flushMetrics({ meter, keyValue: redis });
  expect(await pageOf(redis)).toContain("headgate_dead_letters_total 15\n");
});

it("gives the counts back when Redis refuses the command itself", async () => {
  const meter = createMeter({ clock });
  meter.count("headgate_dead_letters_total");
  const flight = takeMetricFlight(meter);
  expect(flight?.settle([null])).toBe(false);
  expect(takeMetricFlight(meter)?.commands).toEqual(flight?.commands);
});

it("renders the same page from an object and from a flat list", async () => {
  const redis = new SmallRedis();
  const meter = createMeter({ clock });
  countEverything(meter, "x");
  await flushMetrics({ meter, keyValue: redis });
  const flat = await pageOf(redis);
  redis.shape = "object";
  expect(await pageOf(redis)).toBe(flat);
  expect(flat).toContain('headgate_outbox_entries{shard="x"} 2.5\n');
});

it("leaves out, and sweeps away, a gauge that nobody has set for five minutes", async () => {
  const redis = new SmallRedis();
  const field = (shard: string) => `["headgate_outbox_entries","value",{"shard":"${shard}"}]`;
  redis.execute(["HSET", GAUGES_KEY, field("old"), "[9,699999]", field("new"), "[4,700000]"]);
  const page = await pageOf(redis);
  expect(page).toContain('headgate_outbox_entries{shard="new"} 4\n');
  expect(page).not.toContain('shard="old"');
  expect(redis.execute(["HKEYS", GAUGES_KEY])).toEqual([field("new")]);
});

it("passes over what another version wrote: unknown metrics, other labels, text that is no field", async () => {
  const redis = new SmallRedis();
  const strange = ['["gone_total","value",{}]', '["headgate_records_total","value",{"old":"x"}]', "plain"];
  redis.execute(["HSET", COUNTS_KEY, ...strange.flatMap((field) => [field, "5"])]);
  expect(await pageOf(redis)).toBe(await pageOf(new SmallRedis()));
});
