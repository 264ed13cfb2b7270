import type { Clock } from "../../contracts/ports.ts";

/**
 * Spares a part that failed: for `retryMs` nobody asks it. Then one request does, while the others go on
 * without, so that a part that stalls costs one request per pause its deadline, and not all of them.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #retryMs: number;
  #shutUntilMs = 0;
  #failing = false;

  constructor(clock: Clock, retryMs: number) {
    this.#clock = clock;
    this.#retryMs = retryMs;
  }

  /** Whether this request may ask. While the part is failing, asking shuts the door behind itself. */
  mayAsk(): boolean {
    if (!this.#failing) return true;
    const nowMs = this.#clock.now();
    if (nowMs < this.#shutUntilMs) return false;
    this.#shutUntilMs = nowMs + this.#retryMs;
    return true;
  }

  failed(): void {
    this.#failing = true;
    this.#shutUntilMs = this.#clock.now() + this.#retryMs;
  }

  succeeded(): void {
    this.#failing = false;
  }
}
