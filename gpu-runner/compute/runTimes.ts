/** Weight of the newest run in an expected time. */
const NEWEST = 0.2;

const bucketOf = (rows: number): number => Math.ceil(Math.log2(Math.max(1, rows)));

/** How long runs of one model take, by their number of rows, learned from those that were made. */
export class RunTimes {
  /** Moving averages in milliseconds, of runs of up to 2^index rows. */
  readonly #averagesMs: (number | undefined)[] = [];

  learn(rows: number, computeMs: number): void {
    const bucket = bucketOf(rows);
    const average = this.#averagesMs[bucket] ?? computeMs;
    this.#averagesMs[bucket] = average + NEWEST * (computeMs - average);
  }

  /**
   * Milliseconds that a run of so many rows is expected to take: as those of its size did; else in proportion to
   * the next smaller size, else no longer than the next larger one. 0 where nothing is known.
   */
  expectedMs(rows: number): number {
    const bucket = bucketOf(rows);
    for (let smaller = bucket; smaller >= 0; smaller -= 1) {
      const averageMs = this.#averagesMs[smaller];
      if (averageMs !== undefined) return averageMs * 2 ** (bucket - smaller);
    }
    return this.#averagesMs.slice(bucket).find((averageMs) => averageMs !== undefined) ?? 0;
  }

  /** The most rows, up to a limit, of a run that is expected to end within a time, by the largest runs so far; at least 1. */
  rowsWithin(limitMs: number, mostRows: number): number {
    const bucket = this.#averagesMs.findLastIndex((averageMs) => averageMs !== undefined);
    const averageMs = this.#averagesMs[bucket] ?? 0;
    const rows = averageMs === 0 ? mostRows : Math.floor((limitMs * 2 ** bucket) / averageMs);
    return Math.max(1, Math.min(rows, mostRows));
  }
}
