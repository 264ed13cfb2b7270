import { type Chain, chainLetters, extendChain } from "./chainLetters.ts";
import { findComponents } from "./components.ts";
import { contrastMask, type Polarity } from "./contrastMask.ts";
import { type GrayPicture, halve } from "./grayPicture.ts";
import { judgeChain } from "./judgeChain.ts";
import { asLetter, type Letter } from "./letters.ts";

/** A line that may be writing, in the picture in which it was found. */
export interface Line {
  readonly picture: GrayPicture;
  /** How many pixels of the whole picture one of this one is wide. */
  readonly scale: number;
  readonly polarity: Polarity;
  readonly chain: Chain;
  /** Whether its shape alone says that it is writing. */
  readonly certain: boolean;
}

/** The picture and its halves: each finds letters of twice the height of the one before. */
const LEVELS = 4;
/** Contrasts at which strokes part from what they touch, in gray levels; 1 is all that the mask holds. */
const CONTRASTS = [1, 45];
const LEAST_SIDE_PX = 32;

const linesOf = (letters: readonly Letter[], rest: Omit<Line, "chain" | "certain">): Line[] =>
  chainLetters(letters).flatMap((chain): Line[] => {
    const verdict = judgeChain(chain);
    if (verdict === "none") return [];
    return [{ ...rest, chain: extendChain(chain, letters), certain: verdict === "text" }];
  });

/**
 * Finds lines of writing in any script whose letters stand apart, up to some 20° from level: pieces of one
 * contrast and stroke that stand in a row. Pure shape, no reading; the same picture gives the same lines.
 */
export const findLines = (picture: GrayPicture): Line[] => {
  const lines: Line[] = [];
  let level = picture;
  for (let index = 0; index < LEVELS; index += 1) {
    if (Math.min(level.widthPx, level.heightPx) < LEAST_SIDE_PX) break;
    const masks = contrastMask(level);
    for (const polarity of ["dark", "light"] as const)
      for (const least of CONTRASTS) {
        const pieces = findComponents(masks[polarity], level, least);
        const letters = pieces.flatMap((piece) => asLetter(piece) ?? []);
        lines.push(...linesOf(letters, { picture: level, scale: 2 ** index, polarity }));
      }
    level = halve(level);
  }
  return lines;
};
