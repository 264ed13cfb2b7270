import type { Block } from "../contracts/columns.ts";
import { rowHashes } from "../encode/rowHash.ts";
import { type Documents, groupHash, keepDocuments } from "./documents.ts";
import { eachText } from "./learnText.ts";
import { wordsOf } from "./wordsOf.ts";

/** Keeps the documents of a table, of up to a million words: those of all its text columns, one by one. */
export async function keepTexts(
  blocks: AsyncIterable<Block>,
  places: readonly number[],
  options: { readonly seed: number; readonly table: "reference" | "candidate" },
): Promise<Documents> {
  const keeper = keepDocuments();
  const { hashAt } = rowHashes(options.seed, options.table);
  for await (const block of blocks)
    for (const place of places)
      eachText(block, place, (text, row) => {
        const { words } = wordsOf(text);
        const hash = Math.floor(hashAt(block.firstRow + row) / 2 ** 21);
        keeper.add(words, groupHash(words, block.groups?.[row] ?? null), hash);
      });
  return keeper.documents();
}
