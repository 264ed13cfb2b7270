import { type Context, Hono } from "hono";
import type { ProblemCode } from "../functions/contracts/problems.ts";
import { servicesOf } from "./bindings.ts";
import { type Endpoint, refusal, serveEndpoint } from "./http/endpoint.ts";
import { problemResponse } from "./http/problemResponse.ts";
import { ENDPOINTS } from "./routes.ts";
import type { Environment } from "./services.ts";

type Application = Hono<{ Bindings: Environment }>;

/** `/v1/inferences/{id}` as Hono writes it: `/v1/inferences/:id`. */
const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

const serve = (context: Context<{ Bindings: Environment }>, endpoint: Endpoint): Promise<Response> =>
  serveEndpoint(
    endpoint,
    context.req.raw,
    context.req.param(),
    servicesOf(context.env),
    context.executionCtx,
  );

/** What answers where no route does: counted, traced and shaped like the other answers of `like`. */
const unrouted = (
  path: string,
  code: ProblemCode,
  headers: Record<string, string> = {},
  like: Pick<Endpoint, "errorShape"> = {},
): Endpoint => ({
  ...like,
  method: "GET",
  path,
  scope: null,
  summary: "",
  contract: { responses: {} },
  handle: async () => refusal({ code }, headers),
});

/** A route that begins alike: who errs below `/v2` speaks that protocol. */
const neighborOf = (path: string): Endpoint | undefined =>
  ENDPOINTS.find((endpoint) => endpoint.path.split("/")[1] === path.split("/")[1]);

/** The HTTP application: the table of routes, and an answer in our own shape for everything else. */
export function createApp(): Application {
  const app: Application = new Hono();
  // One handler for each path: where two match, Hono hands on from one to the next through promises.
  for (const [path, endpoints] of Map.groupBy(ENDPOINTS, (endpoint) => endpoint.path)) {
    const byMethod = new Map<string, Endpoint>(endpoints.map((endpoint) => [endpoint.method, endpoint]));
    const other = unrouted(
      path,
      "method_not_allowed",
      { allow: [...byMethod.keys()].join(", ") },
      endpoints[0],
    );
    app.all(honoPath(path), (context) => {
      const { method } = context.req;
      return serve(context, byMethod.get(method === "HEAD" ? "GET" : method) ?? other);
    });
  }
  app.notFound((context) =>
    serve(context, unrouted("unknown", "not_found", {}, neighborOf(context.req.path))),
  );
  app.onError((error) => {
    // Nothing but a wrong configuration comes here: no request can be served, and the log says which setting.
    console.error(JSON.stringify({ level: "error", event: "not_configured", detail: error.message }));
    return problemResponse({ code: "internal" }, "unconfigured");
  });
  return app;
}
