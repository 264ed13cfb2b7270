const SECOND_MS = 1000;

/**
 * Requests in flight, by the second in which they began. A platform may drop a request without running its
 * `finally`; its ticket then falls due after `longestMs`, the longest that a request can live.
 */
export class Tickets {
  readonly #bySecond = new Map<number, number>();
  readonly #longestMs: number;
  #count = 0;
  #peak = 0;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes a ticket; give what it returns to `release`. */
  take(nowMs: number): number {
    const second = Math.floor(nowMs / SECOND_MS);
    this.#bySecond.set(second, (this.#bySecond.get(second) ?? 0) + 1);
    this.#count += 1;
    if (this.#count > this.#peak) this.#peak = this.#count;
    return second;
  }

  /** The most that were in flight at once since this was last asked. */
  takePeak(): number {
    const peak = this.#peak;
    this.#peak = this.#count;
    return peak;
  }

  release(second: number): void {
    const count = this.#bySecond.get(second);
    if (count === undefined) return;
    if (count === 1) this.#bySecond.delete(second);
    else this.#bySecond.set(second, count - 1);
    this.#count -= 1;
  }

  /** Drops the tickets of requests that cannot be alive any more. */
  reap(nowMs: number): void {
    const oldest = Math.floor((nowMs - this.#longestMs) / SECOND_MS);
    for (const [second, count] of this.#bySecond) {
      if (second >= oldest) return;
      this.#bySecond.delete(second);
      this.#count -= count;
    }
  }
}
