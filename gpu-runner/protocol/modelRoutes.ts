import { done, type Outcome, refuse } from "./outcome.ts";

interface ModelRoute<Kind extends string> {
  readonly kind: Kind;
  readonly model: string;
  readonly version: string | null;
}

export type Route =
  | { readonly kind: "server" }
  | { readonly kind: "live" }
  | { readonly kind: "ready" }
  | { readonly kind: "metrics" }
  | { readonly kind: "index" }
  | ModelRoute<"model">
  | ModelRoute<"model_ready">
  | ModelRoute<"infer">;

const FIXED: Readonly<Record<string, Route>> = {
  "/v2": { kind: "server" },
  "/v2/health/live": { kind: "live" },
  "/v2/health/ready": { kind: "ready" },
  "/v2/repository/index": { kind: "index" },
  "/metrics": { kind: "metrics" },
};

const MODEL_PATH = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(\/ready|\/infer)?$/;
const VERBS = { "": "model", "/ready": "model_ready", "/infer": "infer" } as const;

const isVerb = (text: string): text is keyof typeof VERBS => Object.hasOwn(VERBS, text);

const decode = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

const matchPath = (path: string): Route | null => {
  if (Object.hasOwn(FIXED, path)) return FIXED[path] ?? null;
  const [matched, name = "", version, verb = ""] = MODEL_PATH.exec(path) ?? [];
  const model = decode(name);
  if (matched === undefined || model === null || !isVerb(verb)) return null;
  return { kind: VERBS[verb], model, version: version === undefined ? null : decode(version) };
};

/** What a route takes; HEAD is answered like GET, without its body. */
const methodsOf = (route: Route): readonly string[] =>
  route.kind === "infer" || route.kind === "index" ? ["POST"] : ["GET", "HEAD"];

/** Finds the route of a request line. 404 for an unknown path, 405 for a method that it does not take. */
export const findRoute = (method: string, url: string): Outcome<Route> => {
  const path = url.split("?", 1)[0] ?? "";
  const route = matchPath(path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);
  if (route === null) return refuse(404, "There is no such path.");
  const allowed = methodsOf(route);
  if (allowed.includes(method)) return done(route);
  const failure = {
    status: 405,
    error: `This path takes ${allowed.join(" and ")}.`,
    allow: allowed.join(", "),
  } as const;
  return { ok: false, failure };
};
