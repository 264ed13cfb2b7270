import { hexDigest } from "../../contracts/hexDigest.ts";
import { utf8 } from "../../contracts/utf8.ts";

const SHOWN_DIGITS = 12;

/** What may be shown of a secret of 256 bits: enough to tell two apart, too little to find it. */
export const fingerprint = async (secret: string): Promise<string> =>
  (await hexDigest(utf8(secret))).slice(0, SHOWN_DIGITS);
