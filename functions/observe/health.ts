import type { Outcome } from "../contracts/outcome.ts";
import type { Clock } from "../contracts/ports.ts";

export type PartStatus = "up" | "degraded" | "down";

/** One part of the deployment, and how to ask it. The probe should end when the signal aborts. */
export interface HealthPart {
  readonly name: string;
  readonly probe: (signal: AbortSignal) => Promise<Outcome<"up" | "degraded", { readonly kind: string }>>;
  /** Whether serving needs it. */
  readonly essential: boolean;
  /** Essential parts of one group stand in for each other: one that is not down is enough. */
  readonly group?: string;
}

/** What is known about one part. */
export interface PartHealth {
  readonly name: string;
  readonly status: PartStatus;
  readonly essential: boolean;
  readonly latencyMs: number;
  /** Since when this isolate has seen that status, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Kind of the failure, such as `timeout`; null when there is none. */
  readonly failureKind: string | null;
}

/** The truth about every part. Whoever can answer is live; `ready` means that serving has what it needs. */
export interface HealthReport {
  readonly status: PartStatus;
  readonly live: true;
  readonly ready: boolean;
  readonly checkedAtMs: number;
  readonly parts: readonly PartHealth[];
}

/** Asks the parts, or answers what was found less than `cacheMs` ago. */
export type CheckHealth = (parts: readonly HealthPart[]) => Promise<HealthReport>;

/**
 * Makes the health check of an isolate. What outlives a request is the last report alone: each caller brings
 * its own parts and awaits its own probes, because a Worker must never await what another request started.
 */
export function createHealthCheck({
  clock,
  timeoutMs,
  cacheMs,
}: {
  clock: Clock;
  timeoutMs: number;
  cacheMs: number;
}): CheckHealth {
  let last: HealthReport | null = null;
  return async (parts) => {
    if (last && clock.now() - last.checkedAtMs <= cacheMs) return last;
    const found = await Promise.all(parts.map((part) => askPart(part, clock, timeoutMs)));
    last = reportOf(parts, found, last, clock.now());
    return last;
  };
}

type Answer = Pick<PartHealth, "status" | "failureKind" | "latencyMs">;

/** Asks one part, within the deadline. A probe that throws has a bug; the part counts as down. */
async function askPart(part: HealthPart, clock: Clock, timeoutMs: number): Promise<Answer> {
  const startedAtMs = clock.now();
  const probing = new AbortController();
  const waiting = new AbortController();
  const timeout = clock.sleep(timeoutMs, waiting.signal).then(
    () => ({ status: "down", failureKind: "timeout" }) as const,
    () => ({ status: "down", failureKind: "timeout" }) as const,
  );
  const probe = askProbe(part, probing.signal);
  const answer = await Promise.race([probe, timeout]);
  probing.abort();
  waiting.abort();
  return { ...answer, latencyMs: clock.now() - startedAtMs };
}

async function askProbe(part: HealthPart, signal: AbortSignal): Promise<Omit<Answer, "latencyMs">> {
  try {
    const outcome = await part.probe(signal);
    return outcome.ok
      ? { status: outcome.value, failureKind: null }
      : { status: "down", failureKind: outcome.failure.kind };
  } catch {
    return { status: "down", failureKind: "bug" };
  }
}

function reportOf(
  parts: readonly HealthPart[],
  found: readonly Answer[],
  last: HealthReport | null,
  nowMs: number,
): HealthReport {
  const known = new Map(last?.parts.map((part) => [part.name, part]));
  const health = parts.map(({ name, essential }, index): PartHealth => {
    const answer = found[index] ?? { status: "down", failureKind: "bug", latencyMs: 0 };
    const before = known.get(name);
    const sinceMs = before?.status === answer.status ? before.sinceMs : nowMs;
    return { name, essential, ...answer, sinceMs };
  });
  const ready = isReady(parts, health);
  const allUp = health.every(({ status }) => status === "up");
  const status = ready ? (allUp ? "up" : "degraded") : "down";
  return { status, live: true, ready, checkedAtMs: nowMs, parts: health };
}

/** Every essential part stands, or another of its group does. */
function isReady(parts: readonly HealthPart[], health: readonly PartHealth[]): boolean {
  const stands = new Map<string, boolean>();
  parts.forEach(({ name, group, essential }, index) => {
    if (!essential) return;
    const need = group === undefined ? `part ${name}` : `group ${group}`;
    stands.set(need, stands.get(need) === true || health[index]?.status !== "down");
  });
  return [...stands.values()].every(Boolean);
}

/** The report as JSON for the wire. */
export const healthBody = (report: HealthReport) => ({
  status: report.status,
  live: report.live,
  ready: report.ready,
  checked_at: new Date(report.checkedAtMs).toISOString(),
  parts: report.parts.map((part) => ({
    name: part.name,
    status: part.status,
    essential: part.essential,
    latency_ms: part.latencyMs,
    since: new Date(part.sinceMs).toISOString(),
    failure: part.failureKind,
  })),
});
