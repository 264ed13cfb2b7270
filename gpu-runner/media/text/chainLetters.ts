import type { Letter } from "./letters.ts";

/** Letters that stand beside each other in one line, from left to right. */
export type Chain = readonly Letter[];

/** Gaps between letters of one word, and between words, as shares of the letters' height. */
const GAPS = { letters: 0.9, words: 1.7 } as const;
/** Difference in brightness, in gray levels, from which letters are not of one ink. */
const UNLIKE_LEVELS = 32;

const ratioOf = (a: number, b: number): number => Math.max(a, b) / Math.min(a, b);

/** Whether two letters may stand in one line with no more than that gap between them. */
const areNeighbors = (left: Letter, right: Letter, most: number): boolean => {
  const height = Math.max(left.height, right.height);
  const gap = right.left - left.right;
  if (gap < -0.25 * height || gap > most * height) return false;
  if (ratioOf(left.height, right.height) > 2) return false;
  const shared = Math.min(left.bottom, right.bottom) - Math.max(left.top, right.top);
  if (shared < 0.55 * Math.min(left.height, right.height)) return false;
  const alike = Math.abs(left.brightness - right.brightness) < UNLIKE_LEVELS;
  return alike && ratioOf(left.stroke, right.stroke) < 1.9;
};

/** Groups letters into lines: each is joined to those right of it that may follow. */
export const chainLetters = (letters: readonly Letter[]): Chain[] => {
  const sorted = letters.toSorted((a, b) => a.left - b.left);
  const parents = sorted.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) root = parents[root] ?? root;
    parents[index] = root;
    return root;
  };
  for (const [index, letter] of sorted.entries()) {
    for (let next = index + 1; next < sorted.length; next += 1) {
      const other = sorted[next];
      if (other === undefined || other.left - letter.right > 2 * letter.height) break;
      if (areNeighbors(letter, other, GAPS.letters)) parents[rootOf(next)] = rootOf(index);
    }
  }
  const groups = Map.groupBy(sorted.entries(), ([index]) => rootOf(index));
  return [...groups.values()].map((group) => group.map(([, letter]) => letter));
};

/** The chain with what stands before and after it a word's gap away, such as a word of one or two letters. */
export const extendChain = (chain: Chain, letters: readonly Letter[]): Chain => {
  const line = [...chain];
  const free = new Set(letters);
  for (const letter of chain) free.delete(letter);
  for (let found = true; found; ) {
    found = false;
    const [first, last] = [line[0], line.at(-1)];
    for (const letter of free) {
      const before = first !== undefined && areNeighbors(letter, first, GAPS.words);
      const after = last !== undefined && areNeighbors(last, letter, GAPS.words);
      if (!before && !after) continue;
      free.delete(letter);
      if (before) line.unshift(letter);
      else line.push(letter);
      found = true;
      break;
    }
  }
  return line;
};
