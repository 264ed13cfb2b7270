import { PROBLEMS, type Problem, type ProblemDefinition } from "../../functions/contracts/problems.ts";
import { type ErrorShape, PROBLEM_DETAILS } from "./errorShape.ts";

/** A problem as it goes over the wire, in the shape of its route; status and headers are the same in all. */
export function problemResponse(
  problem: Problem,
  requestId: string,
  others: Readonly<Record<string, string>> = {},
  shape: ErrorShape = PROBLEM_DETAILS,
): Response {
  const definition: ProblemDefinition = PROBLEMS[problem.code];
  const status = shape.statuses?.[problem.code] ?? definition.status;
  const headers = new Headers({
    "content-type": shape.contentType,
    // Shapes of other protocols have no room for it, and nobody should have to read the body to count it.
    "headgate-code": problem.code,
    ...others,
  });
  const retryAfterSeconds = problem.retryAfterSeconds ?? (status === 503 ? 1 : undefined);
  if (retryAfterSeconds !== undefined)
    headers.set("retry-after", String(Math.max(1, Math.ceil(retryAfterSeconds))));
  if (status === 401) headers.set("www-authenticate", 'Bearer realm="headgate"');
  const detail = problem.detail ?? definition.title;
  const body = shape.body({ problem, definition, status, detail, requestId });
  return new Response(JSON.stringify(body), { status, headers });
}
