import { expect, test } from "vitest";
import { readConfiguration } from "../functions/contracts/configuration.ts";
import type { Scope } from "../functions/contracts/scopes.ts";
import type { AdmissionRequest } from "../functions/guard/leases/admission.ts";
import type { Call, Endpoint } from "./http/endpoint.ts";
import { ENDPOINTS } from "./routes.ts";

const SECRET = "A".repeat(43);
const configuration = readConfiguration({
  KEY_PEPPERS: `1:${SECRET}`,
  SUBJECT_SECRET: SECRET,
  PENDING_SECRET: SECRET,
  SIGNING_SECRET: SECRET,
  DATABASE_URL: "postgres://nowhere",
  UPSTASH_REDIS_REST_URL: "http://nowhere",
  UPSTASH_REDIS_REST_TOKEN: "x",
  RUNNER_URLS: "http://nowhere",
});

/** Which scopes a route asks for before it does anything else; everything else it touches is not there. */
async function scopesAsked(endpoint: Endpoint): Promise<{ asked: Scope[]; code: string | undefined }> {
  const asked: Scope[] = [];
  const services: Record<string, unknown> = {
    configuration,
    clock: { now: () => 0 },
    admitter: {
      admit: async ({ scope }: AdmissionRequest) => {
        asked.push(scope);
        return { kind: "refused", problem: { code: "missing_scope" }, limits: null };
      },
      verify: async ({ scope }: AdmissionRequest) => {
        asked.push(scope);
        return { ok: false, failure: { code: "missing_scope" } };
      },
    },
  };
  const hasBody = endpoint.contract.request?.body !== undefined;
  const call: Call = {
    request: new Request(`http://edge${endpoint.path}`, {
      method: endpoint.method,
      headers: { authorization: "Bearer key", "content-type": "application/json" },
      ...(hasBody ? { body: "{}" } : {}),
    }),
    services: Object.assign(Object.create(null), services),
    trace: { traceId: "0", spanId: "0", parentSpanId: null, traceparent: "0", sampled: false },
    requestId: "req_0",
    receivedAtMs: 0,
    parameters: {},
    background: () => undefined,
    endpoint,
  };
  const answer = await endpoint.handle(call);
  return { asked, code: answer.kind === "problem" ? answer.problem.code : undefined };
}

const scoped = ENDPOINTS.flatMap((endpoint) =>
  endpoint.scope === null ? [] : [[`${endpoint.method} ${endpoint.path}`, endpoint.scope, endpoint] as const],
);

test.each(scoped)("%s is admitted by %s, before it reads or writes anything", async (_, scope, endpoint) => {
  expect(await scopesAsked(endpoint)).toEqual({ asked: [scope], code: "missing_scope" });
});
