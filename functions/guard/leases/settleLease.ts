import { flatten } from "./flatten.ts";
import type { IsolateMemory } from "./isolateMemory.ts";
import type { KeyState } from "./keyState.ts";
import { SETTLE_LEASE } from "./lua.ts";
import { keyEntry } from "./redisKeys.ts";
import { giveBackUnits } from "./reservation.ts";
import { reportArguments, slotArguments } from "./takeLease.ts";

/** A platform ends background work after some thirty seconds; what is not settled by then expires. */
const ATTEMPTS = 25;

/**
 * Waits until the lease at hand has run out, then gives back what it did not use and reports what it did, in
 * one round trip; unless a later lease took that over. Goes on while requests are in flight, to keep their
 * slots, and while Redis is away, to keep their count.
 */
export async function settleLease(
  memory: IsolateMemory,
  state: KeyState,
  firstPauseMs: number,
): Promise<void> {
  const { clock, configuration, meter } = memory;
  state.generation += 1;
  const { generation } = state;
  const outcome = (name: string) => meter.count("headgate_lease_settlements_total", { outcome: name });
  let pauseMs = firstPauseMs;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    state.settlerUntilMs = clock.now() + pauseMs;
    await clock.sleep(pauseMs);
    if (state.generation !== generation) return outcome("carried");
    const settled = memory.redis.mayAsk() && (await settleAll(memory, state));
    if (state.generation !== generation) return outcome("carried");
    if (settled && state.tickets.count === 0) return outcome("settled");
    pauseMs = settled ? configuration.LEASE_MS : configuration.OUTAGE_RETRY_MS;
  }
  outcome("abandoned");
}

/** A report that Redis did not hear goes first, alone, as it was; what came since goes with the next. */
const REPORTS_MAX = 3;

async function settleAll(memory: IsolateMemory, state: KeyState): Promise<boolean> {
  for (let report = 0; report < REPORTS_MAX; report += 1) {
    if (!(await settleOnce(memory, state))) return false;
    if (!state.usage.isOpen) return true;
  }
  return false;
}

async function settleOnce(memory: IsolateMemory, state: KeyState): Promise<boolean> {
  const nowMs = memory.clock.now();
  state.expire(nowMs);
  giveBackUnits(state);
  state.slots = Math.min(state.slots, state.occupied);
  const args = {
    key: state.presented.keyId,
    now: nowMs,
    ...reportArguments(state),
    // A request that is asking may have been granted its slot already.
    ...slotArguments(memory, state.tickets.count),
  };
  const answer = await memory.keyValue.run(SETTLE_LEASE, [keyEntry(args.key)], flatten(args));
  if (!answer.ok) {
    memory.redis.failed();
    return false;
  }
  memory.redis.succeeded();
  state.usage.acknowledge(args.seq);
  state.slotsEndAtMs = nowMs + args.slots_ttl;
  return true;
}
