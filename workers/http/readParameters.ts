import type { z } from "zod";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Problem } from "../../functions/contracts/problems.ts";
import { pointersOf } from "./readJson.ts";

/** Parses query or path parameters; a wrong one is pointed at like a field of a body. */
export function readParameters<Value>(
  parameters: Readonly<Record<string, string>>,
  schema: z.ZodType<Value>,
): Outcome<Value, Problem> {
  const parsed = schema.safeParse(parameters);
  return parsed.success
    ? done(parsed.data)
    : failed({ code: "invalid_request", errors: pointersOf(parsed.error) });
}
