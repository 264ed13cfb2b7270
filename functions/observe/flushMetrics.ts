import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { KeyValue, KeyValueCommand, KeyValueFailure } from "../contracts/ports.ts";
import type { IsolateMeter, MetricBatch } from "./meter.ts";

/** The hash of a cell's counters and histograms; the braces keep the receipts beside it on a Redis cluster. */
export const COUNTS_KEY = "metrics:{0}";
/** The hash of gauges; each value carries the time at which it was measured. */
export const GAUGES_KEY = "metrics:gauges";
/** How long Redis remembers that it has taken a batch; longer than any isolate tries to deliver it. */
const RECEIPT_SECONDS = 3600;

/**
 * Adds one batch to the counts, once. A flush that timed out may have arrived: the receipt of the batch lets
 * the second delivery pass without counting twice, which single HINCRBYFLOAT commands could not.
 */
const ADD_ONCE = `
if not redis.call('SET', KEYS[2], '1', 'EX', ARGV[1], 'NX') then return 0 end
for i = 2, #ARGV, 2 do redis.call('HINCRBYFLOAT', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1`;

/** A batch on its way: the commands that deliver it, and where their results are reported. */
export interface MetricFlight {
  readonly commands: readonly KeyValueCommand[];
  /**
   * Takes the results of exactly these commands, or null when the round trip failed; answers whether Redis
   * has everything now.
   */
  settle(results: readonly unknown[] | null): boolean;
}

/** The commands that deliver a batch; safe to send again. */
export function metricCommands(batch: MetricBatch): KeyValueCommand[] {
  const commands: KeyValueCommand[] = [];
  if (batch.deltas.length > 0) {
    const pairs = batch.deltas.flatMap(({ field, by }) => [field, by]);
    const receipt = `${COUNTS_KEY}:taken:${batch.id}`;
    commands.push(["EVAL", ADD_ONCE, 2, COUNTS_KEY, receipt, RECEIPT_SECONDS, ...pairs]);
  }
  if (batch.gauges.length > 0) {
    const pairs = batch.gauges.flatMap(({ field, value, atMs }) => [field, JSON.stringify([value, atMs])]);
    commands.push(["HSET", GAUGES_KEY, ...pairs]);
  }
  return commands;
}

/**
 * Takes what the meter holds, for a round trip that is made anyway (a lease settlement). Null when there is
 * nothing. The caller must settle the flight, also when the round trip failed: the batch then goes back.
 */
export function takeMetricFlight(meter: IsolateMeter): MetricFlight | null {
  const batch = meter.drainDeltas();
  if (!batch) return null;
  const commands = metricCommands(batch);
  return {
    commands,
    settle(results) {
      const stored = results !== null && commands.every((_, index) => (results[index] ?? null) !== null);
      meter.count("headgate_metric_flushes_total", { outcome: stored ? "stored" : "failed" });
      if (!stored) meter.giveBack(batch);
      return stored;
    },
  };
}

/**
 * Sends what the meter holds, in one round trip. On failure nothing is lost: the batch leaves with the next
 * flush.
 */
export async function flushMetrics({
  meter,
  keyValue,
}: {
  meter: IsolateMeter;
  keyValue: KeyValue;
}): Promise<Outcome<undefined, KeyValueFailure>> {
  const flight = takeMetricFlight(meter);
  if (!flight) return done(undefined);
  const outcome = await keyValue.pipeline(flight.commands);
  const stored = flight.settle(outcome.ok ? outcome.value : null);
  if (!outcome.ok) return outcome;
  return stored ? done(undefined) : failed({ kind: "refused", detail: "a command of the flush failed" });
}
