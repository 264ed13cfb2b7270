import { OpenAPIHono, z } from "@hono/zod-openapi";
import { PROBLEMS, type ProblemCode } from "../../functions/contracts/problems.ts";
import type { Endpoint } from "./endpoint.ts";
import { idempotencyHeaderSchema, takesIdempotencyKey } from "./idempotency.ts";

const problemCodes = Object.keys(PROBLEMS).filter((code): code is ProblemCode => code in PROBLEMS);

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    code: z.enum(problemCodes),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
    fix: z.string(),
  })
  .meta({ id: "Problem" });

const problemResponse = {
  description: "A problem (RFC 9457); `code` is stable and listed in docs/errors.md.",
  content: { "application/problem+json": { schema: problemSchema } },
};

/** The OpenAPI 3.1 document of the table of routes. */
export function openApiDocument(endpoints: readonly Endpoint[]): Record<string, unknown> {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  const key = registry.registerComponent("securitySchemes", "key", { type: "http", scheme: "bearer" });
  for (const endpoint of endpoints) {
    const { method, path, scope, summary, contract } = endpoint;
    const request = takesIdempotencyKey(endpoint)
      ? { ...contract.request, headers: idempotencyHeaderSchema }
      : contract.request;
    registry.registerPath({
      method: LOWER[method],
      path,
      summary,
      ...(scope === null
        ? {}
        : { description: `Needs the scope \`${scope}\`.`, security: [{ [key.name]: [scope] }] }),
      ...(request === undefined ? {} : { request }),
      responses: { ...contract.responses, "4XX": problemResponse, "5XX": problemResponse },
    });
  }
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Headgate",
      version: "0.1.0",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
  });
  return { ...document };
}

const LOWER = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const;
