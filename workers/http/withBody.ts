import type { z } from "zod";
import type { Scope } from "../../functions/contracts/scopes.ts";
import type { Grant } from "../../functions/guard/leases/admission.ts";
import { type Answer, type Call, presentedKey, refusal, withGrant } from "./endpoint.ts";
import { readJson } from "./readJson.ts";
import { unstorableText } from "./storableText.ts";

/** Administrative bodies are small; nobody needs the room that images take. */
const SMALL_BODY_MAX_BYTES = 65_536;

/** Reads a JSON body, admits the caller, and only then says what may be wrong with the body. */
export async function withBody<Value>(
  call: Call,
  scope: Scope,
  schema: z.ZodType<Value>,
  work: (grant: Grant, value: Value) => Promise<Answer>,
  maxBytes = SMALL_BODY_MAX_BYTES,
): Promise<Answer> {
  if (presentedKey(call.request) === null) return refusal({ code: "missing_key" });
  const body = await readJson(call.request, schema, maxBytes);
  const admitted = async (grant: Grant): Promise<Answer> => {
    if (!body.ok) return refusal(body.failure);
    const { parsed } = body.value;
    if (!parsed.ok) return refusal(parsed.failure);
    const errors = unstorableText(parsed.value);
    return errors.length > 0 ? refusal({ code: "invalid_request", errors }) : await work(grant, parsed.value);
  };
  return await withGrant(call, scope, admitted, body.ok ? body.value.text : "");
}
