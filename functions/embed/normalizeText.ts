import { hexDigest } from "../contracts/hexDigest.ts";
import { utf8 } from "../contracts/utf8.ts";

/** The form under which equal instructions are one: NFKC, lower case, single spaces. */
export const normalizeText = (text: string): string =>
  text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();

/** SHA-256 of the normalized text in hex: the key under which its vector is stored once. */
export const textHash = (normalized: string): Promise<string> => hexDigest(utf8(normalized));
