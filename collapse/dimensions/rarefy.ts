// Numbers of distinct things grow with the rows; two sets are compared at the smaller one's size (Hurlbert 1971).

const NOTHING = 1e-12;

/** Probability that none of `count` among `rows` is among `drawn` of them: C(rows − count, drawn) / C(rows, drawn). */
export function absentProbability(count: number, rows: number, drawn: number): number {
  let product = 1;
  for (let i = 0; i < count && product > NOTHING; i++) product *= Math.max(0, rows - drawn - i) / (rows - i);
  return product;
}

/** Probability that exactly one of `count` among `rows` is among `drawn` of them. */
export function oncePresentProbability(count: number, rows: number, drawn: number): number {
  if (count < 1 || drawn < 1) return 0;
  let product = (count * drawn) / rows;
  for (let i = 0; i < count - 1 && product > NOTHING; i++)
    product *= Math.max(0, rows - drawn - i) / (rows - 1 - i);
  return product;
}

/** From so many among `rows` on, one of them is all but surely among `drawn`: the loops need not look closer. */
export function surelyPresentFrom(rows: number, drawn: number): number {
  return drawn >= rows ? 1 : Math.ceil(Math.log(NOTHING) / Math.log(1 - drawn / rows));
}

/** Distinct codes expected among `drawn` of the `rows` that the first `bins` counts are of. */
export function rarefiedRichness(counts: Float64Array, bins: number, rows: number, drawn: number): number {
  const sure = surelyPresentFrom(rows, drawn);
  let richness = 0;
  for (let bin = 0; bin < bins; bin++) {
    const count = counts[bin] ?? 0;
    if (count >= sure) richness++;
    else if (count > 0) richness += 1 - absentProbability(count, rows, drawn);
  }
  return richness;
}

/** Codes expected exactly once among `drawn` of the `rows`. */
export function rarefiedHapaxes(counts: Float64Array, bins: number, rows: number, drawn: number): number {
  const sure = surelyPresentFrom(rows, drawn);
  let hapaxes = 0;
  for (let bin = 0; bin < bins; bin++) {
    const count = counts[bin] ?? 0;
    // One more than that many, and not one alone of them is drawn.
    if (count > 0 && count <= sure + 1) hapaxes += oncePresentProbability(count, rows, drawn);
  }
  return hapaxes;
}
