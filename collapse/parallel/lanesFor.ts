import { availableParallelism } from "node:os";
import { type Lanes, openLanes } from "./openLanes.ts";

/** Fewer rows of both tables are measured before a thread has started. */
const ROWS_FOR_LANES = 10_000;
/** Threads in all: more would wait for the reader. */
const MOST_THREADS = 4;

/** Threads beside this one, as far as there are cores, for work that is worth their start; null for less work. */
export function lanesFor(rows: number): Lanes | null {
  const count = Math.min(availableParallelism(), MOST_THREADS) - 1;
  return rows < ROWS_FOR_LANES || count < 1 ? null : openLanes(count);
}
