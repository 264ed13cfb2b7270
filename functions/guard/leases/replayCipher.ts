import { fromBase64, toBase64 } from "../../contracts/base64.ts";
import type { Random } from "../../contracts/ports.ts";
import { toHex } from "../../contracts/toHex.ts";
import { utf8 } from "../../contracts/utf8.ts";

/** Redis keeps the answers of idempotent requests through this: it sees names, digests and ciphertext. */
export interface ReplayCipher {
  /** What stands for the Idempotency-Key; another caller's equal one has another name. */
  readonly name: string;
  /** What stands for a request, hexadecimal: equal requests have equal marks. */
  mark(request: string): Promise<string>;
  seal(answer: string): Promise<string>;
  /** The answer that was sealed; null where this cipher did not seal it. */
  open(sealed: string): Promise<string | null>;
}

const PART_BYTES = 32;
const IV_BYTES = 12;
const PURPOSE = "headgate idempotency v1";

/**
 * Derives a cipher from the text of the caller's API key and their Idempotency-Key: HKDF-SHA-256 (RFC 5869)
 * gives a name, a key for HMAC-SHA-256 and one for AES-256-GCM. An answer may hold the text of a new key, and
 * the API key is stored nowhere: who reads Redis, or Redis and Postgres, can open nothing.
 */
export async function createReplayCipher(
  keyText: string,
  idempotencyKey: string,
  random: Random,
): Promise<ReplayCipher> {
  const master = await crypto.subtle.importKey("raw", utf8(keyText), "HKDF", false, ["deriveBits"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: utf8(PURPOSE), info: utf8(idempotencyKey) };
  const bytes = new Uint8Array(await crypto.subtle.deriveBits(derivation, master, 3 * PART_BYTES * 8));
  const [name, markBytes, sealBytes] = [0, 1, 2].map((part) =>
    bytes.slice(part * PART_BYTES, (part + 1) * PART_BYTES),
  );
  if (name === undefined || markBytes === undefined || sealBytes === undefined)
    throw new Error("HKDF gave too few bytes");
  const mac = { name: "HMAC", hash: "SHA-256" };
  const markKey = await crypto.subtle.importKey("raw", markBytes, mac, false, ["sign"]);
  const sealKey = await crypto.subtle.importKey("raw", sealBytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return {
    name: toHex(name),
    mark: async (request) => toHex(new Uint8Array(await crypto.subtle.sign("HMAC", markKey, utf8(request)))),
    async seal(answer) {
      const iv = random.bytes(IV_BYTES);
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, sealKey, utf8(answer));
      return `${toBase64(iv)}.${toBase64(new Uint8Array(sealed))}`;
    },
    async open(sealed) {
      try {
        const [iv = "", body = ""] = sealed.split(".");
        const opened = await crypto.subtle.decrypt(
          { name: "AES-GCM", iv: fromBase64(iv) },
          sealKey,
          fromBase64(body),
        );
        return new TextDecoder().decode(opened);
      } catch {
        return null;
      }
    },
  };
}
