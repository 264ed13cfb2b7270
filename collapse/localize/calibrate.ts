/** Share of flagged rows that may be like real ones. */
export const FALSE_DISCOVERY_RATE = 0.1;

/** Where scores of candidate rows are told from those of real rows. */
export interface Cut {
  /** Rows that score as much or more are flagged; Infinity where none are. */
  readonly score: number;
  /** Conformal p of that score: the share of unseen real rows that score as much. */
  readonly p: number;
  /** Rows among those given that are flagged. */
  readonly flagged: number;
}

/**
 * The least score whose rows can be flagged at a false-discovery rate (Benjamini and Hochberg 1995, on conformal p of
 * unseen real rows; Bates and others 2023: valid though all p rest on the same real rows).
 */
export function findCut(
  scores: Float64Array,
  calibration: Float64Array,
  rate: number = FALSE_DISCOVERY_RATE,
): Cut {
  const sorted = known(scores);
  const real = known(calibration);
  let cut: Cut = { score: Number.POSITIVE_INFINITY, p: 1 / (real.length + 1), flagged: 0 };
  let at = real.length;
  for (let place = sorted.length - 1; place >= 0; place--) {
    const score = sorted[place] ?? 0;
    while (at > 0 && (real[at - 1] ?? 0) >= score) at--;
    const flagged = sorted.length - place;
    const p = (1 + real.length - at) / (real.length + 1);
    if (p > rate) break;
    if (p <= (rate * flagged) / sorted.length && sorted[place - 1] !== score) cut = { score, p, flagged };
  }
  return cut;
}

/** Of what a score can tell, the share that flagged rows have to make up. */
const LEAST_EXPLAINED = 0.25;
/** The largest distance of two samples' shares that chance has in one of a hundred cases, in units of √(1/n + 1/m). */
const BY_CHANCE = 1.63;

/**
 * Whether flagged rows are what the score tells the tables apart by: their share, less that of real rows, is a quarter
 * or more of the largest distance of the two tables' shares of high scores (Kolmogorov and Smirnov), beyond chance. A
 * few rows at the edge of a table that is off as a whole are not what is wrong with it.
 */
export function explains({ flagged, p }: Cut, scores: Float64Array, calibration: Float64Array): boolean {
  const [sorted, real] = [known(scores), known(calibration)];
  const chance = BY_CHANCE * Math.sqrt(1 / sorted.length + 1 / real.length);
  const told = Math.max(0, largestDistance(real, sorted) - chance);
  return flagged / sorted.length - p >= LEAST_EXPLAINED * told;
}

/** How much larger the share of the first below any value can be than that of the second; both ascending. */
function largestDistance(first: Float64Array, second: Float64Array): number {
  let [most, at] = [0, 0];
  for (let place = 0; place < first.length; place++) {
    const value = first[place] ?? 0;
    while (at < second.length && (second[at] ?? 0) <= value) at++;
    if (first[place + 1] !== value)
      most = Math.max(most, (place + 1) / first.length - at / Math.max(1, second.length));
  }
  return most;
}

/** Ascending; what could not be scored is left out. */
const known = (scores: Float64Array): Float64Array => scores.filter((score) => !Number.isNaN(score)).sort();

/** The conformal p of a score: how much of the real rows, and itself, score as much or more. */
export function conformalP(score: number, sortedCalibration: Float64Array): number {
  let low = 0;
  let high = sortedCalibration.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sortedCalibration[middle] ?? 0) < score) low = middle + 1;
    else high = middle;
  }
  return (1 + sortedCalibration.length - low) / (sortedCalibration.length + 1);
}
