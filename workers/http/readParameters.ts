import type { z } from "zod";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Problem } from "../../functions/contracts/problems.ts";
import { pointersOf } from "./readJson.ts";
import { unstorableText } from "./storableText.ts";

/** Parses query or path parameters; a wrong one is pointed at like a field of a body. */
export function readParameters<Value>(
  parameters: Readonly<Record<string, string>>,
  schema: z.ZodType<Value>,
): Outcome<Value, Problem> {
  const parsed = schema.safeParse(parameters);
  const errors = parsed.success ? unstorableText(parsed.data) : pointersOf(parsed.error);
  return parsed.success && errors.length === 0
    ? done(parsed.data)
    : failed({ code: "invalid_request", errors });
}
