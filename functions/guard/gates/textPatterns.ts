/** Control characters other than tab and line breaks: no text needs them, and stores refuse some. */
export const CONTROL_CHARACTERS = /(?![\t\n\r])\p{Cc}/u;

/** Characters that hide or reorder text: zero-width ones, bidirectional overrides, tags. */
export const HIDDEN_CHARACTERS = /[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;

/** Whether a text has more code points than that; counts them only where the length leaves a doubt. */
export function exceeds(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  return text.length > 2 * limit || Array.from(text).length > limit;
}
