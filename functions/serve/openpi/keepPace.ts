import type { Clock } from "../../contracts/ports.ts";
import type { EpisodeState } from "./episode.ts";

/** How often a session at work is written down. */
const SAVE_EVERY_MS = 1000;

export interface PacePorts {
  readonly clock: Clock;
  readonly write: (state: EpisodeState) => void;
}

/**
 * Writes a session's state down: at once where its episode is another, else once a second, the last one always.
 * Each write is a wait for the disk that the next answer would share; what a crash loses of it, the records tell.
 */
export function keepPace({ clock, write }: PacePorts): (state: EpisodeState) => void {
  let written: EpisodeState | null = null;
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  let waiting: EpisodeState | null = null;
  const writeNow = (state: EpisodeState) => {
    written = state;
    writtenAtMs = clock.now();
    waiting = null;
    write(state);
  };
  return (state) => {
    const isOther = written?.episodeId !== state.episodeId || written.ended !== state.ended;
    const dueInMs = writtenAtMs + SAVE_EVERY_MS - clock.now();
    if (isOther || dueInMs <= 0) {
      writeNow(state);
      return;
    }
    const isTimed = waiting !== null;
    waiting = state;
    if (isTimed) return;
    void clock.sleep(dueInMs).then(() => {
      if (waiting !== null) writeNow(waiting);
    });
  };
}
