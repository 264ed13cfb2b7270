import { calculateJwkThumbprint } from "jose";
import { z } from "zod";

/** A public Ed25519 key as `GET /.well-known/jwks.json` shows it (RFC 8037); `kid` is its thumbprint (RFC 7638). */
export const publicKeySchema = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  kid: z.string(),
  alg: z.literal("EdDSA"),
  use: z.literal("sig"),
});
export type PublicKey = z.infer<typeof publicKeySchema>;

/** A key pair, and its public half as others may see it. */
export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly shown: PublicKey;
}

/** What precedes the 32 bytes of a seed in the PKCS #8 form of an Ed25519 key (RFC 8410, 7). */
const PKCS8_HEAD = [
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
const ED25519 = { name: "Ed25519" };

const exportedSchema = z.object({ x: z.string() });

const fromBase64Url = (text: string): number[] =>
  Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));

/** The Ed25519 key (RFC 8032) of a seed: 32 bytes in base64url. */
export async function importSigningKey(seed: string): Promise<SigningKey> {
  const pkcs8 = new Uint8Array([...PKCS8_HEAD, ...fromBase64Url(seed)]);
  // Web Crypto derives the public half by itself; exporting is the only way to see it.
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, ED25519, true, ["sign"]);
  const { x } = exportedSchema.parse(await crypto.subtle.exportKey("jwk", privateKey));
  const jwk = { kty: "OKP", crv: "Ed25519", x } as const;
  const publicKey = await crypto.subtle.importKey("jwk", jwk, ED25519, true, ["verify"]);
  const kid = await calculateJwkThumbprint(jwk);
  return { privateKey, publicKey, shown: { ...jwk, kid, alg: "EdDSA", use: "sig" } };
}
