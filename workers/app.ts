import { Hono } from "hono";
import { servicesOf } from "./bindings.ts";
import { serveEndpoint } from "./http/endpoint.ts";
import { problemResponse } from "./http/problemResponse.ts";
import { ENDPOINTS } from "./routes.ts";
import type { Environment } from "./services.ts";

/** `/v1/inferences/{id}` as Hono writes it: `/v1/inferences/:id`. */
const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

/** The HTTP application: the table of routes, and an answer in our own shape for everything else. */
export function createApp(): Hono<{ Bindings: Environment }> {
  const app = new Hono<{ Bindings: Environment }>();
  for (const endpoint of ENDPOINTS) {
    app.on(endpoint.method, honoPath(endpoint.path), (context) =>
      serveEndpoint(
        endpoint,
        context.req.raw,
        context.req.param(),
        servicesOf(context.env),
        context.executionCtx,
      ),
    );
  }
  for (const path of new Set(ENDPOINTS.map((endpoint) => endpoint.path))) {
    const allowed = ENDPOINTS.filter((endpoint) => endpoint.path === path).map((endpoint) => endpoint.method);
    app.all(honoPath(path), () => {
      const response = problemResponse({ code: "method_not_allowed" }, "none");
      response.headers.set("allow", allowed.join(", "));
      return response;
    });
  }
  app.notFound(() => problemResponse({ code: "not_found" }, "none"));
  return app;
}
