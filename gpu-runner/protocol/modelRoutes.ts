import { done, type Outcome, refuse } from "./outcome.ts";

interface ModelRoute<Kind extends string> {
  readonly kind: Kind;
  readonly model: string;
  readonly version: string | null;
}

interface RepositoryRoute<Kind extends string> {
  readonly kind: Kind;
  readonly model: string;
}

export type Route =
  | { readonly kind: "server" }
  | { readonly kind: "live" }
  | { readonly kind: "ready" }
  | { readonly kind: "metrics" }
  | { readonly kind: "index" }
  | ModelRoute<"model">
  | ModelRoute<"model_ready">
  | ModelRoute<"infer">
  | RepositoryRoute<"load">
  | RepositoryRoute<"unload">;

const FIXED: Readonly<Record<string, Route>> = {
  "/v2": { kind: "server" },
  "/v2/health/live": { kind: "live" },
  "/v2/health/ready": { kind: "ready" },
  "/v2/repository/index": { kind: "index" },
  "/metrics": { kind: "metrics" },
};

const MODEL_PATH = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(\/ready|\/infer)?$/;
const REPOSITORY_PATH = /^\/v2\/repository\/models\/([^/]+)\/(load|unload)$/;
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
  const [, changed, change] = REPOSITORY_PATH.exec(path) ?? [];
  if (changed !== undefined && (change === "load" || change === "unload")) {
    const model = decode(changed);
    return model === null ? null : { kind: change, model };
  }
  const [matched, name = "", version, verb = ""] = MODEL_PATH.exec(path) ?? [];
  const model = decode(name);
  if (matched === undefined || model === null || !isVerb(verb)) return null;
  return { kind: VERBS[verb], model, version: version === undefined ? null : decode(version) };
};

const POSTED: ReadonlySet<Route["kind"]> = new Set(["infer", "index", "load", "unload"]);

/** What a route takes; HEAD is answered like GET, without its body. */
const methodsOf = (route: Route): readonly string[] => (POSTED.has(route.kind) ? ["POST"] : ["GET", "HEAD"]);

/** Finds the route of a request line. 404 for an unknown path, 405 for a method that it does not take. */
export const findRoute = (method: string, url: string): Outcome<Route> => {
  const path = url.split("?", 1)[0] ?? "";
  const route = matchPath(path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);
  if (route === null) return refuse(404, "There is no such path.");
  const allowed = methodsOf(route);
  if (allowed.includes(method)) return done(route);
  const { failure } = refuse(405, `This path takes ${allowed.join(" and ")}.`);
  return { ok: false, failure: { ...failure, allow: allowed.join(", ") } };
};
