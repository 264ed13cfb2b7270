import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";

/** Turns a text into token numbers, special ones included, no more than so many. */
export type TokenizeText = (text: string, maxTokens: number) => readonly number[];

const tokenizerFileSchema = z.looseObject({ model: z.looseObject({}) });

/** How many special tokens stand before a text and behind it. */
const countAround = (tokenizer: Tokenizer): { readonly before: number; readonly behind: number } => {
  const bare = tokenizer.encode("a", { add_special_tokens: false }).ids;
  const whole = tokenizer.encode("a").ids;
  const around = Math.max(0, whole.length - bare.length);
  const at = whole.indexOf(bare[0] ?? -1);
  const before = at < 0 || at > around ? 0 : at;
  return { before, behind: around - before };
};

/**
 * Reads a tokenizer in the form of Hugging Face's `tokenizer.json`. A text of more tokens than are asked for is cut
 * before the special tokens that end it, as its own library cuts it. Throws where the file is none.
 */
export const readTokenizer = (json: string): TokenizeText => {
  const tokenizer = new Tokenizer(tokenizerFileSchema.parse(JSON.parse(json)), {});
  const { before, behind } = countAround(tokenizer);
  return (text, maxTokens) => {
    const { ids } = tokenizer.encode(text);
    if (ids.length <= maxTokens) return ids;
    const kept = Math.max(before, maxTokens - behind);
    return [...ids.slice(0, kept), ...ids.slice(ids.length - behind)].slice(0, maxTokens);
  };
};
