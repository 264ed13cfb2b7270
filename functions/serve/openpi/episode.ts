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
  #state: EpisodeState;
  readonly #prefix: string;
  readonly #ports: EpisodePorts;
  /** Whether it was begun before this object was. */
  readonly resumed: boolean;

  /** Goes on with what is remembered, where that is what is wished for and not too old; else begins anew. */
  constructor(remembered: EpisodeState | null, wish: EpisodeWish, ports: EpisodePorts) {
    this.#prefix = wish.prefix;
    this.#ports = ports;
    const isFit =
      remembered !== null &&
      ports.clock.now() - remembered.touchedAtMs <= wish.maxAgeMs &&
      (wish.episodeId === null || wish.episodeId === remembered.episodeId);
    this.resumed = isFit;
    this.#state = isFit ? remembered : this.#fresh(wish.episodeId ?? this.#newName(null), null);
  }

  get state(): EpisodeState {
    return this.#state;
  }

  /** A client's `episode_start`. The number it is in already goes on: a client that reconnects says it again. */
  start(number: number | null): void {
    const goesOn = number !== null && number === this.#state.number && !this.#state.ended;
    this.#change(goesOn ? this.#state : this.#fresh(this.#newName(number), number));
  }

  /** A client's `episode_end`. */
  end(): void {
    this.#change({ ...this.#state, ended: true });
  }

  /** The episode of an observation that is there now: a new one, where the client ended the last. */
  enter(): EpisodeState {
    if (this.#state.ended) this.#change(this.#fresh(this.#newName(null), null));
    return this.#state;
  }

  /** An observation was answered with that chunk. */
  advance(step: number, chunk: number[][] | null): void {
    this.#change({ ...this.#state, nextStep: step + 1, lastChunk: chunk });
  }

  /** A socket came or went. */
  touch(): void {
    this.#change(this.#state);
  }

  #change(state: EpisodeState): void {
    this.#state = { ...state, touchedAtMs: this.#ports.clock.now() };
    this.#ports.save(this.#state);
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
