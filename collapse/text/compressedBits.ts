import type { SeenTable } from "./seenTable.ts";

/** A text's repetition shows in its first characters. */
export const MOST_PARSED = 4_096;

/**
 * Bits per character of a text's parse into phrases, each of which is an earlier one and a character more
 * (Ziv and Lempel 1978): phrases × log2(phrases) / characters. `phrases` has room for 8,192.
 */
export function compressedBits(text: string, phrases: SeenTable): number {
  phrases.clear();
  const length = Math.min(text.length, MOST_PARSED);
  // A phrase is known by the number of the one before it, and its last character: 12 and 16 bits.
  let phrase = 0;
  let open = false;
  for (let at = 0; at < length; at++) {
    const key = phrase * 65_536 + text.charCodeAt(at);
    const known = phrases.find(key);
    open = known >= 0;
    if (!open) phrases.add(key);
    phrase = open ? known + 1 : 0;
  }
  const count = phrases.size + (open ? 1 : 0);
  return length === 0 ? Number.NaN : (count * Math.log2(Math.max(2, count))) / length;
}
