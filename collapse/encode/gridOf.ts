/** Steps that values are looked for to be rounded to: hundreds to millionths. */
const MOST_DECIMALS = 6;
const LEAST_DECIMALS = -2;
/** Values that must lie on a grid for it to be one. */
const SHARE_ON_GRID = 0.95;
const LOOKED_AT = 20_000;

/**
 * The coarsest power of ten that at least 95 % of the finite values are multiples of, without the zeros, which are
 * multiples of every one; 0 where there is none.
 */
export function gridOf(values: Float64Array): number {
  const finite = values.subarray(0, LOOKED_AT).filter((value) => Number.isFinite(value) && value !== 0);
  for (let decimals = LEAST_DECIMALS; decimals <= MOST_DECIMALS; decimals++) {
    const step = decimals > 0 ? 1 / 10 ** decimals : 10 ** -decimals;
    const needed = SHARE_ON_GRID * finite.length;
    let on = 0;
    for (const value of finite) if (isOnGrid(value, perStep(step))) on++;
    if (finite.length > 0 && on >= needed) return step;
  }
  return 0;
}

/** What a value is multiplied by to count its steps; a whole number for steps below 1, so that nothing is rounded. */
export const perStep = (step: number): number => (step < 1 ? Math.round(1 / step) : 1 / step);

/** Whether a value is a whole number of steps, up to what decimals lose in binary. */
export function isOnGrid(value: number, stepsPerUnit: number): boolean {
  const steps = value * stepsPerUnit;
  return Math.abs(steps - Math.floor(steps + 0.5)) <= 1e-9 + 1e-15 * Math.abs(steps);
}
