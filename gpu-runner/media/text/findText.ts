import { mergeBoxes, type ScoredBox } from "../box.ts";
import { findLines, type Line } from "./findLines.ts";
import type { GrayPicture } from "./grayPicture.ts";
import { layLines } from "./lineSheet.ts";
import type { ReadWord } from "./reader.ts";

/** Reads a sheet of lines; null where it could not be read in time. */
export type ReadSheet = (sheet: GrayPicture) => Promise<readonly ReadWord[] | null>;

/** Doubtful lines that are read; of more, the longest ones: a texture has many. */
const READ_LINES = 16;
const LEAST_CONFIDENCE = 70;
const CERTAIN_SCORE = 1;
/** Boxes that share so much of the smaller one are one line, found at several contrasts and sizes. */
const SAME_LINE = 0.4;

const boxOf = ({ chain, scale }: Line, score: number): ScoredBox => {
  const left = Math.min(...chain.map((letter) => letter.left));
  const top = Math.min(...chain.map((letter) => letter.top));
  const right = Math.max(...chain.map((letter) => letter.right));
  const bottom = Math.max(...chain.map((letter) => letter.bottom));
  return {
    leftPx: left * scale,
    topPx: top * scale,
    widthPx: (right - left) * scale,
    heightPx: (bottom - top) * scale,
    score,
  };
};

/** A word that somebody may have written: noise is read as single strokes and signs. */
const isWord = ({ text, confidence }: ReadWord): boolean =>
  confidence >= LEAST_CONFIDENCE && (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= 2;

/** The doubtful lines that can be read, with the reader's confidence; all of them where nothing can be read. */
const confirm = async (lines: readonly Line[], read: ReadSheet): Promise<ScoredBox[]> => {
  if (lines.length === 0) return [];
  const sheet = layLines(lines);
  const words = await read(sheet.picture);
  if (words === null) return lines.map((line) => boxOf(line, 0));
  return lines.flatMap((line, index) => {
    const row = sheet.rows[index];
    if (row === undefined) return [];
    const own = words.filter(({ top, bottom }) => {
      const middle = (top + bottom) / 2;
      return middle >= row.top && middle < row.bottom;
    });
    const best = own.filter(isWord).map(({ confidence }) => confidence / 100);
    return best.length === 0 ? [] : [boxOf(line, Math.max(...best))];
  });
};

const isCovered = (box: ScoredBox, others: readonly ScoredBox[]): boolean =>
  mergeBoxes([...others, box], SAME_LINE).length <= others.length;

/**
 * Boxes round the writing in a picture, in its pixels. Lines whose shape is certain need no reading; doubtful
 * ones count where they can be read, or where the reader does not answer.
 */
export const findText = async (picture: GrayPicture, read: ReadSheet): Promise<ScoredBox[]> => {
  const lines = findLines(picture);
  const certain = mergeBoxes(
    lines.filter((line) => line.certain).map((line) => boxOf(line, CERTAIN_SCORE)),
    SAME_LINE,
  );
  const doubtful = lines
    .filter((line) => !line.certain && !isCovered(boxOf(line, 0), certain))
    .toSorted((a, b) => b.chain.length - a.chain.length)
    .slice(0, READ_LINES);
  return mergeBoxes([...certain, ...(await confirm(doubtful, read))], SAME_LINE);
};
