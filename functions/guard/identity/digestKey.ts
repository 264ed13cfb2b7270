import type { Configuration } from "../../contracts/configuration.ts";
import { createHmac, equalDigests } from "./hmac.ts";

/** HMAC-SHA-256 of a whole key under the pepper of that version, in hexadecimal. */
export interface KeyDigest {
  readonly pepperVersion: number;
  readonly digest: string;
}

export interface KeyDigester {
  /** The digest under the newest pepper: what a new key is stored as. */
  newest(keyText: string): Promise<KeyDigest>;
  /** One digest per known pepper: a key stored under an older one still opens. */
  all(keyText: string): Promise<readonly KeyDigest[]>;
}

/**
 * Digests keys with the configured peppers (newest first). A fast hash is right here: a key has 256 random
 * bits, so there is nothing to guess; the pepper keeps a stolen table useless.
 */
export function createKeyDigester(peppers: Configuration["KEY_PEPPERS"]): KeyDigester {
  const hmacs = peppers.map(({ version, secret }) => ({ version, hmac: createHmac(secret) }));
  const [first] = hmacs;
  if (first === undefined) throw new Error("KEY_PEPPERS holds no pepper");
  const digest = async ({ version, hmac }: (typeof hmacs)[number], keyText: string): Promise<KeyDigest> => ({
    pepperVersion: version,
    digest: await hmac(keyText),
  });
  return {
    newest: (keyText) => digest(first, keyText),
    all: (keyText) => Promise.all(hmacs.map((each) => digest(each, keyText))),
  };
}

/** Whether one of the digests is the stored one, compared in constant time. */
export const matchesDigest = (presented: readonly KeyDigest[], stored: KeyDigest): boolean =>
  presented.some(
    ({ pepperVersion, digest }) =>
      pepperVersion === stored.pepperVersion && equalDigests(digest, stored.digest),
  );
