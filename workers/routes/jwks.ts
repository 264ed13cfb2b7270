import { z } from "zod";
import { publicKeySchema } from "../../functions/guard/signing/signingKey.ts";
import { type Endpoint, result } from "../http/endpoint.ts";

const answerSchema = z.object({ keys: z.array(publicKeySchema) }).meta({ id: "PublicKeys" });

/** `GET /.well-known/jwks.json`: the keys with which anybody checks receipts and audit anchors (RFC 7517). */
export const jwksEndpoint: Endpoint = {
  method: "GET",
  path: "/.well-known/jwks.json",
  scope: null,
  summary: "Public keys of what this deployment signs",
  contract: {
    responses: {
      200: { description: "A JWK set.", content: { "application/json": { schema: answerSchema } } },
    },
  },
  handle: async ({ services }) =>
    result({ keys: await services.signer.publicKeys() }, { "cache-control": "public, max-age=3600" }),
};
