import type { Meter } from "../../functions/contracts/metrics.ts";
import { failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Clock, InferFailure } from "../../functions/contracts/ports.ts";

interface OriginsOptions {
  /** Origins without a trailing slash, in the order in which they are tried. */
  readonly origins: readonly string[];
  readonly clock: Clock;
  readonly meter: Meter;
}

/** Asks one origin, and gives up when this many milliseconds have passed. */
type Attempt<Value, Failure> = (origin: string, remainingMs: number) => Promise<Outcome<Value, Failure>>;

/** Several servers of which each can answer alike. */
export interface OrderedOrigins {
  /** The first good answer, or the last failure; asks no further when one is refused for what was asked. */
  ask<Value, Failure extends { readonly kind: string }>(
    deadlineAtMs: number,
    attempt: Attempt<Value, Failure>,
  ): Promise<Outcome<Value, Failure | InferFailure>>;
}

/** How long an origin that failed is tried after the others. */
const REST_MS = 1000;

/** Failures that another origin may not have. */
const REPEATABLE: ReadonlySet<string> = new Set<InferFailure["kind"]>([
  "no_capacity",
  "unknown_model",
  "bad_answer",
]);
/** Failures that say nothing against the origin: the caller is at fault, or it serves its other models. */
const BLAMELESS: ReadonlySet<string> = new Set<InferFailure["kind"]>(["invalid_input", "unknown_model"]);

/**
 * An ordered list of servers. What is asked of them changes nothing, so a call that found no capacity is repeated
 * on the next one while the deadline allows. An origin that failed comes last for a second: one that stalls uses up
 * the deadline of one call, and not of all.
 */
export function orderedOrigins({ origins, clock, meter }: OriginsOptions): OrderedOrigins {
  const restsUntilMs = new Map<string, number>();
  const inTurn = (nowMs: number): string[] => {
    const rests = (origin: string): number => Number((restsUntilMs.get(origin) ?? 0) > nowMs);
    return origins.toSorted((a, b) => rests(a) - rests(b));
  };
  return {
    async ask<Value, Failure extends { readonly kind: string }>(
      deadlineAtMs: number,
      attempt: Attempt<Value, Failure>,
    ) {
      let outcome: Outcome<Value, Failure | InferFailure> = failed({
        kind: "no_capacity",
        detail: "no runner is configured",
      });
      for (const [index, origin] of inTurn(clock.now()).entries()) {
        const remainingMs = deadlineAtMs - clock.now();
        if (remainingMs < 1) return failed({ kind: "deadline" } as const);
        outcome = await attempt(origin, remainingMs);
        if (outcome.ok) return outcome;
        const { kind } = outcome.failure;
        if (!BLAMELESS.has(kind)) restsUntilMs.set(origin, clock.now() + REST_MS);
        if (!REPEATABLE.has(kind)) return outcome;
        if (index + 1 < origins.length) meter.count("headgate_runner_fallbacks_total", { reason: kind });
      }
      return outcome;
    },
  };
}
