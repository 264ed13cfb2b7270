import { BoundedMap } from "../leases/boundedMap.ts";

/** Whose data a key encrypts, and under which consent. */
export interface KeyScope {
  readonly organizationId: string;
  /** Null: a person-free stream. */
  readonly subjectRef: string | null;
  readonly consentEventId: string;
}

const KEYS_REMEMBERED = 512;
const encoder = new TextEncoder();
/** Keys, never the promises of them: a promise may not be shared between requests of an isolate. */
const known = new BoundedMap<CryptoKey>(KEYS_REMEMBERED);

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

/**
 * The AES-256-GCM key of one subject's waiting data: HKDF-SHA-256 (RFC 5869) of PENDING_SECRET (32 bytes in
 * base64url), salted with the subject's seed, bound to organization, subject and consent event. Destroying
 * the seed destroys the key. Derived once per isolate and scope: deriving costs more than encrypting.
 */
export async function dataKey(secret: string, keySeed: string, scope: KeyScope): Promise<CryptoKey> {
  const info = `${scope.organizationId}|${scope.subjectRef ?? ""}|${scope.consentEventId}`;
  const name = `${secret}|${keySeed}|${info}`;
  const remembered = known.get(name);
  if (remembered) return remembered;
  const master = await crypto.subtle.importKey("raw", fromBase64Url(secret), "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: encoder.encode(keySeed), info: encoder.encode(info) },
    master,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
  known.set(name, key);
  return key;
}
