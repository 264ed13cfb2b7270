import type { Clock, Random } from "../../functions/contracts/ports.ts";

/** The isolate's clock. In production it stands still between two operations of input or output. */
export const platformClock: Clock = {
  now: () => Date.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

/** Asking the platform for bytes costs more than using them: ids and spans are cut from one larger piece. */
const POOL_BYTES = 4096;
let pool = new Uint8Array(0);
let used = 0;

/** Every byte is handed out once. */
export const platformRandom: Random = {
  bytes(length) {
    if (length > POOL_BYTES) return crypto.getRandomValues(new Uint8Array(length));
    if (used + length > pool.length) {
      pool = crypto.getRandomValues(new Uint8Array(POOL_BYTES));
      used = 0;
    }
    used += length;
    return pool.slice(used - length, used);
  },
};
