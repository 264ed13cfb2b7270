import { type Outcome, refuse } from "../protocol/outcome.ts";

const GONE = refuse(503, "The caller has gone.");
const FULL = refuse(503, "Too many pictures are waiting.");

/** Things that one may use at a time. Those who wait come in their order; too many are refused at once. */
export class Slots<Thing> {
  readonly #free: Thing[];
  readonly #waitingLimit: number;
  readonly #waiting: ((thing: Thing) => void)[] = [];

  constructor(things: readonly Thing[], waitingLimit: number) {
    this.#free = [...things];
    this.#waitingLimit = waitingLimit;
  }

  /** Works with one of the things, when one is free. 503 where too many wait, and where the caller went away. */
  async use<Value>(
    signal: AbortSignal,
    work: (thing: Thing) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    if (signal.aborted) return GONE;
    let thing = this.#free.pop();
    if (thing === undefined) {
      if (this.#waiting.length >= this.#waitingLimit) return FULL;
      thing = await this.#wait(signal);
      if (thing === undefined) return GONE;
    }
    try {
      return await work(thing);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(thing);
      else next(thing);
    }
  }

  /** The thing that somebody gives back; undefined where the caller goes away first. */
  #wait(signal: AbortSignal): Promise<Thing | undefined> {
    return new Promise((resolve) => {
      const take = (thing: Thing): void => {
        signal.removeEventListener("abort", leave);
        resolve(thing);
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        resolve(undefined);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(take);
    });
  }
}
