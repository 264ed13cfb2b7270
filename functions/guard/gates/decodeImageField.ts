import { decodeBase64 } from "../../contracts/base64.ts";
import type { EncodedImage } from "../../contracts/observations.ts";

const DATA_URL_HEAD_MAX = 128;
const DATA_URL_HEAD = /^data:([a-z0-9.+-]{1,40}\/[a-z0-9.+-]{1,60})?(?:;[a-z0-9=._-]{1,60})*;base64$/i;

/**
 * Decodes what an image field of a JSON body holds: base64, or a base64 data URL. Never throws: `bytes` is
 * null where the text is neither, and the gate says so.
 */
export function decodeImageField(text: string): EncodedImage {
  if (!/^data:/i.test(text)) return { bytes: decodeBase64(text), declaredType: null };
  const comma = text.slice(0, DATA_URL_HEAD_MAX).indexOf(",");
  const head = comma < 0 ? null : DATA_URL_HEAD.exec(text.slice(0, comma));
  if (!head) return { bytes: null, declaredType: null };
  return { bytes: decodeBase64(text.slice(comma + 1)), declaredType: head[1]?.toLowerCase() ?? null };
}
