import type { Random } from "../../../collapse/numerics/random.ts";

/**
 * Chance that a word that occurs `count` times is still there after `generations` texts of equal length, each drawn
 * from the one before: a branching process with Poisson offspring of mean 1 (q ← exp(-(1 - q)); survival 1 - q^count).
 */
export function expectedWordSurvival(count: number, generations: number): number {
  let extinct = 0;
  for (let generation = 0; generation < generations; generation++) extinct = Math.exp(-(1 - extinct));
  return 1 - extinct ** count;
}

/** The same process simulated: the share of `runs` in which the word survives. */
export function wordSurvival(
  { count, generations, runs }: { count: number; generations: number; runs: number },
  random: Random,
): number {
  let survivors = 0;
  for (let run = 0; run < runs; run++) {
    let copies = count;
    for (let generation = 0; generation < generations && copies > 0; generation++)
      copies = poisson(copies, random);
    if (copies > 0) survivors++;
  }
  return survivors / runs;
}

/** A Poisson number as the events of a unit rate before time `mean` (Knuth 1969). */
function poisson(mean: number, random: Random): number {
  let events = -1;
  for (let time = 0; time < mean; events++) time -= Math.log(1 - random.next());
  return events;
}
