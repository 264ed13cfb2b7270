import type { Block } from "../contracts/columns.ts";
import { derivedColumn, type Learner, type PlacedColumn } from "../derivation.ts";
import { DOCUMENT_AXES, DOCUMENT_NUMBERS, describeDocument } from "./describeDocument.ts";
import { type Dictionary, learn, startDictionary } from "./dictionary.ts";
import { groupHash, isSecondHalf } from "./documents.ts";
import { wordsOf } from "./wordsOf.ts";

/**
 * What a column of texts becomes: 12 numbers and 32 axes of each text. Those that compare with the reference use what
 * the half of it has that the text's group is not in, the candidate's texts by the same rule: no text is compared with
 * itself, and real texts on either side are described alike.
 */
export function learnText(column: PlacedColumn): Learner {
  const halves: readonly [Dictionary, Dictionary] = [startDictionary(), startDictionary()];
  return {
    learn: (block) => {
      eachText(block, column.place, (text, row) => {
        const document = wordsOf(text);
        const group = groupHash(document.words, block.groups?.[row] ?? null);
        learn(halves[isSecondHalf(group) ? 1 : 0], document);
      });
    },
    done: () => {
      const names = [
        ...DOCUMENT_NUMBERS,
        ...Array.from({ length: DOCUMENT_AXES }, (_, axis) => `hashed words ${axis + 1}`),
      ];
      return {
        columns: names.map((name) =>
          derivedColumn(column, name, `counted of the texts of \`${column.plan.name}\``),
        ),
        derive: (block) => describeTexts(block, column.place, halves, names.length),
      };
    },
  };
}

function describeTexts(
  block: Block,
  place: number,
  halves: readonly [Dictionary, Dictionary],
  width: number,
): readonly Float64Array[] {
  const columns = Array.from({ length: width }, () => new Float64Array(block.rows).fill(Number.NaN));
  const described = new Float64Array(width);
  eachText(block, place, (text, row) => {
    const document = wordsOf(text);
    const group = groupHash(document.words, block.groups?.[row] ?? null);
    describeDocument(document, halves[isSecondHalf(group) ? 0 : 1], DOCUMENT_AXES, described, 0);
    columns.forEach((column, index) => {
      column[row] = described[index] ?? Number.NaN;
    });
  });
  return columns;
}

/** The texts of a block, without those that are missing. */
export function eachText(block: Block, place: number, visit: (text: string, row: number) => void): void {
  const texts = block.columns[place] ?? null;
  if (texts === null || texts instanceof Float64Array) return;
  for (let row = 0; row < block.rows; row++) {
    const text = texts[row] ?? null;
    if (text !== null) visit(text, row);
  }
}
