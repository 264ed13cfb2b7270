import type { Chain } from "./chainLetters.ts";
import type { Letter } from "./letters.ts";

/** Whether a chain is writing for certain, may be, or is not. */
export type Verdict = "text" | "doubtful" | "none";

const LEAST_LETTERS = 3;

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Standard deviation as a share of the mean. */
const variation = (numbers: readonly number[]): number => {
  const middle = mean(numbers);
  return Math.sqrt(mean(numbers.map((number) => (number - middle) ** 2))) / middle;
};

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** Slope of the straight line through an edge of the letters, and their median distance from it, in letter heights. */
const fitLine = (chain: Chain, edge: (letter: Letter) => number): { slope: number; scatter: number } => {
  const [xs, ys] = [chain.map(({ left, right }) => (left + right) / 2), chain.map(edge)];
  const [middleX, middleY] = [mean(xs), mean(ys)];
  const spread = mean(xs.map((x) => (x - middleX) ** 2));
  const shared = mean(xs.map((x, index) => (x - middleX) * ((ys[index] ?? 0) - middleY)));
  const slope = spread === 0 ? 0 : shared / spread;
  const distances = xs.map((x, index) => Math.abs((ys[index] ?? 0) - middleY - slope * (x - middleX)));
  return { slope, scatter: median(distances) / mean(chain.map(({ height }) => height)) };
};

/** How much of the chain's length its letters take up: more than all of it where they lie above one another. */
const crowding = (chain: Chain): number => {
  const left = Math.min(...chain.map((letter) => letter.left));
  const right = Math.max(...chain.map((letter) => letter.right));
  return chain.reduce((sum, { width }) => sum + width, 0) / (right - left);
};

/**
 * Tells writing from texture: letters of a line have strokes of one thickness, stand on a straight line (or
 * hang from one), and lie beside each other. The limits were chosen on photographs with and without writing.
 */
export const judgeChain = (chain: Chain): Verdict => {
  if (chain.length < LEAST_LETTERS) return "none";
  const strokes = variation(chain.map(({ stroke }) => stroke));
  const heights = variation(chain.map(({ height }) => height));
  const base = fitLine(chain, ({ bottom }) => bottom);
  const top = fitLine(chain, ({ top: edge }) => edge);
  const scatter = Math.min(base.scatter, top.scatter);
  const crowded = crowding(chain);
  if (crowded < 0.4 || crowded > 1.08 || Math.abs(base.slope) > 0.45) return "none";
  if (strokes > 0.24 || heights > 0.34 || scatter > 0.13) return "none";
  const contrast = median(chain.map((letter) => letter.contrast));
  const regular = strokes < 0.17 && scatter < 0.08 && Math.abs(base.slope - top.slope) < 0.12;
  return regular && contrast > 45 && chain.length > LEAST_LETTERS ? "text" : "doubtful";
};
