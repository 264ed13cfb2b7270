/** Log odds of a score: `slope * score + shift`. */
export interface Calibration {
  readonly slope: number;
  readonly shift: number;
}

const STEPS = 25;
/** Keeps the slope finite where scores tell the two sides apart without fault. */
const PRIOR = 1;

/**
 * Logistic regression of one number (Platt 1999), by Newton's method: how likely a score is of the first side. A slope
 * that is not positive says that the scores tell nothing.
 */
export function calibrate(first: Float64Array, second: Float64Array): Calibration {
  const scale = spread(first, second);
  if (!(scale > 0)) return { slope: 0, shift: 0 };
  let [slope, shift] = [0, 0];
  for (let step = 0; step < STEPS; step++) {
    const sums = { g0: 0, g1: -PRIOR * slope, h00: 1e-9, h01: 0, h11: PRIOR };
    gather(first, 1, scale, slope, shift, sums);
    gather(second, 0, scale, slope, shift, sums);
    const determinant = sums.h00 * sums.h11 - sums.h01 * sums.h01;
    const ofShift = (sums.h11 * sums.g0 - sums.h01 * sums.g1) / determinant;
    const ofSlope = (sums.h00 * sums.g1 - sums.h01 * sums.g0) / determinant;
    const damping = Math.min(1, 4 / Math.max(Math.abs(ofShift), Math.abs(ofSlope), 1e-300));
    shift += damping * ofShift;
    slope += damping * ofSlope;
    if (Math.abs(ofShift) + Math.abs(ofSlope) < 1e-10) break;
  }
  return slope > 0 ? { slope: slope / scale, shift } : { slope: 0, shift: 0 };
}

interface Sums {
  g0: number;
  g1: number;
  h00: number;
  h01: number;
  h11: number;
}

function gather(
  scores: Float64Array,
  label: number,
  scale: number,
  slope: number,
  shift: number,
  sums: Sums,
): void {
  for (let index = 0; index < scores.length; index++) {
    const score = (scores[index] ?? 0) / scale;
    const share = 1 / (1 + Math.exp(-(slope * score + shift)));
    const weight = share * (1 - share);
    sums.g0 += label - share;
    sums.g1 += (label - share) * score;
    sums.h00 += weight;
    sums.h01 += weight * score;
    sums.h11 += weight * score * score;
  }
}

function spread(first: Float64Array, second: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const scores of [first, second])
    for (let index = 0; index < scores.length; index++) {
      const score = scores[index] ?? 0;
      sum += score;
      squares += score * score;
    }
  const count = first.length + second.length;
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}
