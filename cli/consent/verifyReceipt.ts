import { compactVerify, createLocalJWKSet, errors } from "jose";
import { z } from "zod";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { SignedType } from "../../functions/contracts/ports.ts";
import { defineCommand, type Tools } from "../command.ts";
import type { CommandFailure } from "../failure.ts";
import { readText } from "../files.ts";
import { rowSchema } from "../keys/answers.ts";
import { renderObject } from "../output/table.ts";

const keySetSchema = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });
const TYPE: SignedType = "headgate-consent-receipt";

/** `headgate consent verify-receipt <file>`: checks a receipt with the public keys of the server. */
export const verifyReceiptCommand = defineCommand({
  words: "consent verify-receipt",
  operands: ["file"],
  summary: "Check a receipt with the server's public keys; `-` reads standard input",
  keyOf: "nobody",
  options: {},
  async run({ operands: [file = ""] }, tools) {
    const text = await readText(file, tools);
    if (!text.ok) return text;
    const payload = await verify(text.value.trim(), tools);
    return payload.ok
      ? done({
          json: { valid: true, payload: payload.value },
          out: renderObject(payload.value),
          notes: ["The signature holds."],
        })
      : payload;
  },
});

async function verify(
  jws: string,
  { ask }: Tools,
): Promise<Outcome<z.infer<typeof rowSchema>, CommandFailure>> {
  const keys = await ask({ method: "GET", path: "/.well-known/jwks.json" }, keySetSchema);
  if (!keys.ok) return keys;
  try {
    const options = { algorithms: ["EdDSA"] };
    const { payload, protectedHeader } = await compactVerify(jws, createLocalJWKSet(keys.value), options);
    if (protectedHeader.typ !== TYPE)
      return invalid(`It is signed, but it is no receipt: ${protectedHeader.typ}.`);
    return done(rowSchema.parse(JSON.parse(new TextDecoder().decode(payload))));
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return invalid("No key of this server signed it.");
    if (error instanceof errors.JWSSignatureVerificationFailed)
      return invalid("The signature does not hold: it was changed, or signed by somebody else.");
    if (error instanceof errors.JOSEError) return invalid("It is no signed receipt.");
    throw error;
  }
}

const invalid = (sentence: string) =>
  failed({ kind: "broken", sentence, body: { valid: false, reason: sentence } } as const);
