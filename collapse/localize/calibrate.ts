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
  const sorted = scores.slice().sort();
  const real = calibration.slice().sort();
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
