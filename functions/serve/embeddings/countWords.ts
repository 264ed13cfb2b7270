/** Runs of what the text embedder takes for a word: letters, digits and symbols. */
const WORD = /[\p{L}\p{N}\p{S}]+/gu;

/** The words of a text: what `usage` counts as tokens, since the built-in embedder has no others. */
export const countWords = (text: string): number => text.match(WORD)?.length ?? 0;
