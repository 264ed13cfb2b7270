/** Quantile of the normal distribution for 95 % of the middle. */
const Z = 1.959963984540054;

/**
 * Wilson's score interval, 95 %, of the share that `successes` of `trials` show (E. B. Wilson, JASA 22, 1927).
 * Stays inside 0–1 and makes sense for few trials, where the plain interval does neither. Null without trials.
 */
export function wilsonInterval(successes: number, trials: number): { low: number; high: number } | null {
  if (trials === 0) return null;
  const share = successes / trials;
  const scale = 1 + Z ** 2 / trials;
  const center = share + Z ** 2 / (2 * trials);
  const spread = Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  return {
    low: Math.max(0, (center - spread) / scale),
    high: Math.min(1, (center + spread) / scale),
  };
}
