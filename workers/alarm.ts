/** A Durable Object's only alarm, for all who want to be woken: it rings for the earliest of them. */
export class Alarm {
  readonly #state: DurableObjectState;
  #atMs: number | null = null;

  constructor(state: DurableObjectState) {
    this.#state = state;
  }

  /** Reads when it is to ring, once, before anything else happens in the object. */
  async load(): Promise<void> {
    this.#atMs = await this.#state.storage.getAlarm();
  }

  /** Makes sure that it rings at that moment at the latest. */
  wake(atMs: number): void {
    if (this.#atMs !== null && this.#atMs <= atMs) return;
    this.#atMs = atMs;
    this.#state.waitUntil(this.#state.storage.setAlarm(atMs));
  }

  /** It rang, or was forgotten with all else: who still wants to be woken must say so again. */
  clear(): void {
    this.#atMs = null;
  }
}
