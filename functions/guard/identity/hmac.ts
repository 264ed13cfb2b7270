import { toHex } from "../../contracts/toHex.ts";

const encoder = new TextEncoder();

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

/** SHA-256 of a text, in hexadecimal. */
export const sha256Hex = async (text: string): Promise<string> =>
  toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))));

/**
 * Makes a function that computes HMAC-SHA-256 in hexadecimal under one secret (32 bytes in base64url). The
 * imported key is kept, never the promise of it: a promise may not be shared between requests of an isolate.
 */
export function createHmac(secret: string): (text: string) => Promise<string> {
  let imported: CryptoKey | null = null;
  return async (text) => {
    imported ??= await crypto.subtle.importKey(
      "raw",
      fromBase64Url(secret),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text))));
  };
}

/**
 * Whether two digests are equal, in time that depends on their length alone. Both are digests of fixed
 * length; of unequal length they differ.
 */
export function equalDigests(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i += 1) difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
  return difference === 0;
}
