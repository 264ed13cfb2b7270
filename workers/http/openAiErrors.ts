import { z } from "zod";
import type { ProblemCode } from "../../functions/contracts/problems.ts";
import type { ErrorShape } from "./errorShape.ts";
import { problemMessage } from "./problemMessage.ts";

/** The codes that OpenAI's clients know by a name of their own; every other one goes as ours. */
const CODES: Readonly<Partial<Record<ProblemCode, string>>> = {
  missing_key: "invalid_api_key",
  unknown_key: "invalid_api_key",
  revoked_key: "invalid_api_key",
  expired_key: "invalid_api_key",
  unknown_model: "model_not_found",
  rate_limit: "rate_limit_exceeded",
  concurrency_limit: "rate_limit_exceeded",
  quota_exceeded: "insufficient_quota",
};

/** `type` by code where OpenAI has a word for it, else by status. */
function typeOf(code: ProblemCode, status: number): string {
  if (code === "quota_exceeded") return "insufficient_quota";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** `/input/3/text` as OpenAI names a parameter: `input[3].text`. */
const parameterOf = (pointer: string): string =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join("");

/**
 * The errors of OpenAI's API, `{error: {message, type, param, code}}`; its official clients make typed errors of the
 * status. Ours of 422 stay 422; a model that nobody has is a 404, as they expect.
 */
export const OPENAI_ERRORS: ErrorShape = {
  contentType: "application/json",
  description: "An error in OpenAI's shape; the header `headgate-code` has the code of docs/errors.md.",
  statuses: { unknown_model: 404 },
  schema: z
    .object({
      error: z.object({
        message: z.string(),
        type: z.string(),
        param: z.string().nullable(),
        code: z.string(),
      }),
    })
    .meta({ id: "OpenAiError" }),
  body(told) {
    const { problem, status } = told;
    const pointer = problem.errors?.[0]?.pointer ?? "";
    return {
      error: {
        message: problemMessage(told, parameterOf),
        type: typeOf(problem.code, status),
        param: pointer === "" ? null : parameterOf(pointer),
        code: CODES[problem.code] ?? problem.code,
      },
    };
  },
};
