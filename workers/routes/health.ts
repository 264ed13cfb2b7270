import { z } from "zod";
import { assertBoundRole } from "../../drizzle/assertBoundRole.ts";
import { done, failed } from "../../functions/contracts/outcome.ts";
import { type HealthPart, healthBody } from "../../functions/observe/health.ts";
import { type Call, type Endpoint, result } from "../http/endpoint.ts";
import { policyServerParts } from "../ports/policyServerHealth.ts";
import { runnerFetch } from "../ports/runnerFetch.ts";
import type { Services } from "../services.ts";

const statusSchema = z.enum(["up", "degraded", "down"]);
const healthSchema = z
  .object({
    status: statusSchema,
    live: z.literal(true),
    ready: z.boolean(),
    checked_at: z.iso.datetime(),
    parts: z.array(
      z.object({
        name: z.string(),
        status: statusSchema,
        essential: z.boolean(),
        latency_ms: z.number(),
        since: z.iso.datetime(),
        failure: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "Health" });

/** Every part that serving or keeping leans on, each asked the way it is used. */
function partsOf({ keyValue, database, environment, objectStore, configuration }: Services): HealthPart[] {
  const send = runnerFetch(environment);
  const runners = configuration.RUNNER_URLS.map(
    (origin, index): HealthPart => ({
      name: index === 0 ? "runner" : `runner_${index + 1}`,
      essential: true,
      group: "runner",
      probe: async (signal) => {
        try {
          const response = await send(`${origin}/v2/health/ready`, { signal });
          await response.arrayBuffer();
          return response.ok ? done("up") : failed({ kind: "not_ready" });
        } catch {
          return failed({ kind: "unavailable" });
        }
      },
    }),
  );
  return [
    {
      name: "redis",
      essential: true,
      probe: async () => {
        const answer = await keyValue.pipeline([["PING"]]);
        return answer.ok ? done("up") : answer;
      },
    },
    {
      name: "postgres",
      essential: false,
      probe: async () => {
        const bound = await assertBoundRole(database);
        return bound.ok ? done("up") : bound;
      },
    },
    {
      name: "object_store",
      essential: false,
      probe: async () => {
        const answer = await objectStore.list("health/");
        return answer.ok ? done("up") : answer;
      },
    },
    ...runners,
    ...policyServerParts(configuration.POLICY_SERVERS),
  ];
}

async function answerHealth(call: Call) {
  const report = await call.services.checkHealth(partsOf(call.services));
  return { ...result(healthBody(report)), status: report.ready ? (200 as const) : (503 as const) };
}

const contract: Endpoint["contract"] = {
  responses: {
    200: {
      description: "Serving has what it needs.",
      content: { "application/json": { schema: healthSchema } },
    },
    503: { description: "It has not.", content: { "application/json": { schema: healthSchema } } },
  },
};

/** `GET /health` and `/health/ready`: the truth about each part; 503 while serving lacks something. */
export const healthEndpoints: Endpoint[] = ["/health", "/health/ready"].map((path) => ({
  method: "GET",
  path,
  scope: null,
  summary: "Tell how each part is",
  contract,
  handle: answerHealth,
}));

/** `GET /health/live`: this process answers; it asks nobody. */
export const liveEndpoint: Endpoint = {
  method: "GET",
  path: "/health/live",
  scope: null,
  summary: "Tell that the edge answers",
  contract: {
    responses: {
      200: {
        description: "It does.",
        content: { "application/json": { schema: z.object({ live: z.literal(true) }) } },
      },
    },
  },
  handle: async () => result({ live: true }),
};
