/** A token bucket of one isolate: one second of rate, for the time in which Redis cannot be asked. */
export class LocalBucket {
  #tokens: number | null = null;
  #atMs = 0;

  /** Takes a token; answers 0, or the milliseconds until there is one. */
  take(nowMs: number, ratePerSecond: number): number {
    const capacity = Math.max(1, ratePerSecond);
    const refill = (Math.max(0, nowMs - this.#atMs) * ratePerSecond) / 1000;
    const tokens = this.#tokens === null ? capacity : Math.min(capacity, this.#tokens + refill);
    this.#atMs = Math.max(this.#atMs, nowMs);
    this.#tokens = tokens >= 1 ? tokens - 1 : tokens;
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 1000) / ratePerSecond);
  }
}
