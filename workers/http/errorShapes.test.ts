import { describe, expect, it } from "vitest";
import { PROBLEMS, type Problem, type ProblemCode } from "../../functions/contracts/problems.ts";
import { type ErrorShape, PROBLEM_DETAILS } from "./errorShape.ts";
import { INFERENCE_PROTOCOL_ERRORS } from "./inferenceProtocolErrors.ts";
import { OPENAI_ERRORS } from "./openAiErrors.ts";
import { problemResponse } from "./problemResponse.ts";

const SHAPES: readonly (readonly [string, ErrorShape])[] = [
  ["RFC 9457", PROBLEM_DETAILS],
  ["OpenAI", OPENAI_ERRORS],
  ["the Open Inference Protocol", INFERENCE_PROTOCOL_ERRORS],
];
const CODES = Object.keys(PROBLEMS) as ProblemCode[];

async function told(shape: ErrorShape, problem: Problem) {
  const response = problemResponse(problem, "req_1", { "x-request-id": "req_1" }, shape);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

it.each(SHAPES)(
  "%s: every code has the status, the headers and the body that are documented",
  async (_, shape) => {
    for (const code of CODES) {
      const { status, headers, body } = await told(shape, { code });
      const own = code === "unknown_model" && shape !== PROBLEM_DETAILS ? 404 : PROBLEMS[code].status;
      expect([code, status]).toEqual([code, own]);
      expect(headers.get("headgate-code")).toBe(code);
      expect(headers.get("content-type")).toBe(shape.contentType);
      expect(headers.get("x-request-id")).toBe("req_1");
      expect(headers.has("www-authenticate")).toBe(status === 401);
      expect(headers.has("retry-after")).toBe(status === 503);
      expect(shape.schema.safeParse(body).error).toBe(undefined);
      expect(JSON.stringify(body)).toContain(PROBLEMS[code].fix);
    }
  },
);

describe("an error of OpenAI's API", () => {
  it.each([
    ["revoked_key", 401, "invalid_request_error", "invalid_api_key"],
    ["missing_scope", 403, "invalid_request_error", "missing_scope"],
    ["unknown_model", 404, "invalid_request_error", "model_not_found"],
    ["rate_limit", 429, "rate_limit_error", "rate_limit_exceeded"],
    ["quota_exceeded", 429, "insufficient_quota", "insufficient_quota"],
    ["no_capacity", 503, "server_error", "no_capacity"],
  ] as const)("has the type and code that its clients know: %s", async (code, status, type, own) => {
    const answer = await told(OPENAI_ERRORS, { code, retryAfterSeconds: 2.1 });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { type, code: own, param: null } });
    expect(answer.headers.get("retry-after")).toBe("3");
  });

  it("names the parameter as OpenAI does, and a few places of many", async () => {
    const errors = Array.from({ length: 9 }, (_, index) => ({
      pointer: `/input/${index}/a~1b~0c`,
      detail: `wrong ${index}`,
    }));
    const { body } = await told(OPENAI_ERRORS, { code: "invalid_request", errors });
    expect(body).toMatchObject({ error: { param: "input[0].a/b~c" } });
    expect(body).toMatchObject({
      error: {
        message: expect.stringMatching(/input\[4\]\.a\/b~c: wrong 4\. There are 4 more\. Correct/),
      },
    });
  });
});
