import { OpenAPIHono } from "@hono/zod-openapi";
import type { Endpoint } from "./endpoint.ts";
import { type ErrorShape, PROBLEM_DETAILS } from "./errorShape.ts";
import { idempotencyHeaderSchema, takesIdempotencyKey } from "./idempotency.ts";

/** What any route may answer in the place of its result, in that route's shape. */
const problemsOf = ({ contentType, description, schema }: ErrorShape) => ({
  description,
  content: { [contentType]: { schema } },
});

/** The OpenAPI 3.1 document of the table of routes. */
export function openApiDocument(endpoints: readonly Endpoint[]): Record<string, unknown> {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  const key = registry.registerComponent("securitySchemes", "key", { type: "http", scheme: "bearer" });
  for (const endpoint of endpoints) {
    const { method, path, scope, summary, contract, errorShape = PROBLEM_DETAILS } = endpoint;
    const problems = problemsOf(errorShape);
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
      responses: { ...contract.responses, "4XX": problems, "5XX": problems },
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
