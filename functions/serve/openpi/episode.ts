import { z } from "zod";
import { newUuid } from "../../contracts/identifiers.ts";
import type { Clock, Random } from "../../contracts/ports.ts";
import { chunkSchema } from "../../contracts/records.ts";

/** What a session remembers from one socket to the next. */
export const episodeStateSchema = z.object({
  episodeId: z.string(),
  /** The client's own number of this episode, where it gave one. */
  number: z.number().nullable(),
  /** Whether the client said that it is over: the next observation begins another. */
  ended: z.boolean(),
  /** The step that the next observation is. */
  nextStep: z.number().int(),
  /** The chunk answered last. */
  lastChunk: chunkSchema.nullable(),
  touchedAtMs: z.number(),
});
export type EpisodeState = z.infer<typeof episodeStateSchema>;

/** How a client wants to begin. */
export interface EpisodeWish {
  /** The episode to be in; null: whichever the session is in. */
  readonly episodeId: string | null;
  /** What the names of further episodes begin with. */
  readonly prefix: string;
  /** Age at which what is remembered counts no more, in milliseconds. */
  readonly maxAgeMs: number;
}

export interface EpisodePorts {
  readonly clock: Clock;
  readonly random: Random;
  /** Makes the state last; called with each change. */
  readonly save: (state: EpisodeState) => void;
}

/** The episode that a session is in: its name, its next step, its last chunk. Sockets come and go under it. */
export class Episode {
  #state: EpisodeState | null;
  #prefix = "";
  #resumed = false;
  readonly #ports: EpisodePorts;

  /** With what was saved last; null where nothing was. */
  constructor(remembered: EpisodeState | null, ports: EpisodePorts) {
    this.#state = remembered;
    this.#ports = ports;
  }

  /** Where it stands; a session that no socket has joined yet stands nowhere. */
  get state(): EpisodeState {
    if (this.#state === null) throw new Error("nobody has joined this session");
    return this.#state;
  }

  /** Whether the socket that joined last goes on with what was there. */
  get resumed(): boolean {
    return this.#resumed;
  }

  /** When it was last touched; null where there is nothing to remember. */
  get touchedAtMs(): number | null {
    return this.#state?.touchedAtMs ?? null;
  }

  /** A socket goes on with what is there, where that is what it wishes for and not too old; else it begins anew. */
  join({ episodeId, prefix, maxAgeMs }: EpisodeWish): void {
    const state = this.#state;
    this.#prefix = prefix;
    this.#resumed =
      state !== null &&
      this.#ports.clock.now() - state.touchedAtMs <= maxAgeMs &&
      (episodeId === null || episodeId === state.episodeId);
    const goesOn = this.#resumed && state !== null;
    this.#change(goesOn ? state : this.#fresh(episodeId ?? this.#newName(null), null));
  }

  /** A client's `episode_start`. The number it is in already goes on: a client that reconnects says it again. */
  start(number: number | null): void {
    const goesOn = number !== null && number === this.state.number && !this.state.ended;
    this.#change(goesOn ? this.state : this.#fresh(this.#newName(number), number));
  }

  /** A client's `episode_end`. */
  end(): void {
    this.#change({ ...this.state, ended: true });
  }

  /** The episode of an observation that is there now: a new one, where the client ended the last. */
  enter(): EpisodeState {
    if (this.state.ended) this.#change(this.#fresh(this.#newName(null), null));
    return this.state;
  }

  /** An observation was answered with that chunk. */
  advance(step: number, chunk: number[][] | null): void {
    this.#change({ ...this.state, nextStep: step + 1, lastChunk: chunk });
  }

  /** A socket went. */
  touch(): void {
    this.#change(this.state);
  }

  /** Forgets everything. */
  forget(): void {
    this.#state = null;
  }

  #change(state: EpisodeState): void {
    const touched = { ...state, touchedAtMs: this.#ports.clock.now() };
    this.#state = touched;
    this.#ports.save(touched);
  }

  #fresh(episodeId: string, number: number | null): EpisodeState {
    const touchedAtMs = this.#ports.clock.now();
    return { episodeId, number, ended: false, nextStep: 0, lastChunk: null, touchedAtMs };
  }

  /** No name is used twice, whatever number a client begins to count at: records are told apart by it. */
  #newName(number: number | null): string {
    const { clock, random } = this.#ports;
    const parts = number === null ? [] : [String(number)];
    return [this.#prefix, ...parts, newUuid(clock, random)].join("-");
  }
}
