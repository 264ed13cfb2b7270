import type { Random } from "../../../collapse/numerics/random.ts";

/** Share of the first generation's rows that are still there after each bootstrap of a bootstrap, simulated. */
export function bootstrapSurvival(
  { rows, generations }: { rows: number; generations: number },
  random: Random,
): Float64Array {
  let alive = Uint32Array.from({ length: rows }, (_, row) => row);
  const shares = new Float64Array(generations + 1).fill(1, 0, 1);
  for (let generation = 1; generation <= generations; generation++) {
    alive = alive.map(() => alive[random.whole(rows)] ?? 0);
    shares[generation] = new Set(alive).size / rows;
  }
  return shares;
}

/** The same share for endlessly many rows: x ← 1 - exp(-x), about 2/k later on. */
export function expectedBootstrapSurvival(generations: number): Float64Array {
  const shares = new Float64Array(generations + 1).fill(1, 0, 1);
  for (let generation = 1; generation <= generations; generation++)
    shares[generation] = 1 - Math.exp(-(shares[generation - 1] ?? 0));
  return shares;
}
