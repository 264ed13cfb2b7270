import { z } from "zod";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Problem } from "../../functions/contracts/problems.ts";
import type { AdmissionRequest, Grant } from "../../functions/guard/leases/admission.ts";
import { createReplayCipher } from "../../functions/guard/leases/replayCipher.ts";
import type { Answer, Call, Endpoint } from "./endpoint.ts";

const HEADER = "idempotency-key";
const KEY_MAX_CHARACTERS = 255;

/** The header as the OpenAPI document declares it. */
export const idempotencyHeaderSchema = z.object({
  [HEADER]: z
    .string()
    .min(1)
    .max(KEY_MAX_CHARACTERS)
    .optional()
    .describe("Sent again with an equal request, it gets the first answer instead of a second effect."),
});

const keptSchema = z.object({ status: z.union([z.literal(200), z.literal(201)]), json: z.string() });

/** A request that is to have its effect once. */
export interface Idempotency {
  readonly request: NonNullable<AdmissionRequest["idempotency"]>;
  /** Keeps a good answer for those who repeat the request; any other is forgotten. */
  keep(grant: Grant, answer: Answer): Promise<void>;
  /** The first answer, given again. */
  replayed(sealed: string): Promise<Answer>;
}

/** Whether a route takes the header: every POST does, unless it says that it writes nothing. */
export const takesIdempotencyKey = ({ method, writes, scope }: Endpoint): boolean =>
  method === "POST" && writes !== false && scope !== null;

/**
 * Reads the `Idempotency-Key` of a request with this body ('' where it has none, a function where to tell it is
 * work); null where there is none to heed. Method, path and query belong to what must be equal: one key is good
 * for one request.
 */
export async function idempotencyOf(
  { request, endpoint, services }: Call,
  presentedKey: string | null,
  body: string | (() => Promise<string>),
): Promise<Outcome<Idempotency | null, Problem>> {
  const value = request.headers.get(HEADER);
  if (value === null || presentedKey === null || !takesIdempotencyKey(endpoint)) return done(null);
  if (value === "" || value.length > KEY_MAX_CHARACTERS) return failed(badHeader);
  const cipher = await createReplayCipher(presentedKey, value, services.random);
  const { pathname, search } = new URL(request.url);
  const content = typeof body === "string" ? body : await body();
  const bodyHash = await cipher.mark(`${request.method} ${pathname}${search}\n${content}`);
  return done({
    request: { key: cipher.name, bodyHash },
    async keep(grant, answer) {
      const kept = keptSchema.safeParse(answer);
      if (kept.success) grant.complete(await cipher.seal(JSON.stringify(kept.data)));
    },
    async replayed(sealed) {
      const opened = await cipher.open(sealed);
      // Only who knows the API key can have sealed it; what does not open was not written by us.
      if (opened === null) return { kind: "problem", problem: { code: "conflict" }, headers: {} };
      const kept = keptSchema.parse(JSON.parse(opened));
      return { kind: "result", ...kept, headers: { "idempotent-replayed": "true" } };
    },
  });
}

const badHeader: Problem = {
  code: "invalid_request",
  errors: [
    {
      pointer: `/headers/${HEADER}`,
      detail: `must have 1 to ${KEY_MAX_CHARACTERS} characters`,
    },
  ],
};
