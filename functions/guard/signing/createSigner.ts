import { CompactSign, compactVerify, errors } from "jose";
import type { Signer } from "../../contracts/ports.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { importSigningKey, type PublicKey, type SigningKey } from "./signingKey.ts";

/** A signer that also shows its public keys, so that anybody can check what it signed. */
export interface PublishingSigner extends Signer {
  publicKeys(): Promise<readonly PublicKey[]>;
}

const decoder = new TextDecoder();

/**
 * Signs as compact JWS (RFC 7515) with EdDSA: the same payload gives the same text. The first seed signs; the
 * others are older ones whose signatures still hold. `typ` keeps one kind of statement from passing as another.
 */
export function createSigner(seeds: readonly string[]): PublishingSigner {
  // The keys are kept, never the promise of them: a promise may not be shared between requests of an isolate.
  let imported: readonly SigningKey[] | null = null;
  const keys = async (): Promise<readonly SigningKey[]> => {
    imported ??= await Promise.all(seeds.map(importSigningKey));
    return imported;
  };

  return {
    async sign(type, payload) {
      const [newest] = await keys();
      if (newest === undefined) throw new Error("There is no key to sign with.");
      return await new CompactSign(utf8(JSON.stringify(payload)))
        .setProtectedHeader({ alg: "EdDSA", typ: type, kid: newest.shown.kid })
        .sign(newest.privateKey);
    },

    async verify(type, jws) {
      const known = await keys();
      try {
        const { payload, protectedHeader } = await compactVerify(
          jws,
          ({ kid }) => {
            const key = known.find(({ shown }) => shown.kid === kid);
            if (key === undefined) throw new errors.JWKSNoMatchingKey();
            return key.publicKey;
          },
          { algorithms: ["EdDSA"] },
        );
        if (protectedHeader.typ !== type) return null;
        const content: unknown = JSON.parse(decoder.decode(payload));
        return content;
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof SyntaxError) return null;
        throw error;
      }
    },

    publicKeys: async () => (await keys()).map(({ shown }) => shown),
  };
}
