/** Bounds of a rate. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const HALVINGS = 60;

/**
 * The exact interval of a rate of `errors` among `cases` at `confidence` (Clopper and Pearson 1934): the rates under
 * which so many, and so few, are not yet too unlikely. All of 0 to 1 where there are no cases.
 */
export function clopperPearson(errors: number, cases: number, confidence: number): Interval {
  const tail = (1 - confidence) / 2;
  return {
    low: errors === 0 ? 0 : bisected((rate) => 1 - atMost(errors - 1, cases, rate) < tail),
    high: errors === cases ? 1 : bisected((rate) => atMost(errors, cases, rate) > tail),
  };
}

/** The least rate below 1 at which `isBelow` turns false. */
function bisected(isBelow: (rate: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability of at most `errors` among `cases`. */
function atMost(errors: number, cases: number, rate: number): number {
  if (rate === 0) return 1;
  if (rate === 1) return errors >= cases ? 1 : 0;
  let logTerm = cases * Math.log1p(-rate);
  let sum = Math.exp(logTerm);
  for (let count = 1; count <= errors; count++) {
    logTerm += Math.log((cases - count + 1) / count) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(logTerm);
  }
  return sum;
}
