import { PROBLEMS, type Problem } from "../../functions/contracts/problems.ts";

/** RFC 9457: a problem as it goes over the wire. `instance` names this request in the logs. */
export function problemResponse(
  problem: Problem,
  requestId: string,
  others: Readonly<Record<string, string>> = {},
): Response {
  const definition = PROBLEMS[problem.code];
  const body = {
    type: `/docs#${problem.code}`,
    title: definition.title,
    status: definition.status,
    detail: problem.detail ?? definition.title,
    instance: `urn:headgate:${requestId}`,
    code: problem.code,
    errors: problem.errors ?? [],
    fix: definition.fix,
    ...problem.extensions,
  };
  const headers = new Headers({ "content-type": "application/problem+json", ...others });
  const retryAfterSeconds = problem.retryAfterSeconds ?? (definition.status === 503 ? 1 : undefined);
  if (retryAfterSeconds !== undefined)
    headers.set("retry-after", String(Math.max(1, Math.ceil(retryAfterSeconds))));
  if (definition.status === 401) headers.set("www-authenticate", 'Bearer realm="headgate"');
  return new Response(JSON.stringify(body), { status: definition.status, headers });
}
