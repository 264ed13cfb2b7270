import { numpyNumbers, numpyPicture } from "./jsonNumpy.ts";
import type { Operation } from "./openApi.ts";
import type { Things } from "./things.ts";

/** A good request of a route, about things of one organization. */
export interface RouteExample {
  /** What it is answered where the caller may. */
  readonly status: number;
  /** Values of the path's parameters. */
  path?(things: Things): Values | Promise<Values>;
  query?(things: Things): Values | Promise<Values>;
  body?(things: Things): unknown;
  /** Other good bodies of the route, where it takes several kinds. */
  others?(things: Things): readonly unknown[];
  /**
   * What another organization is answered that names the same things: 404, unless the request is about whoever
   * sends it, or each organization has its own thing of that name.
   */
  readonly stranger?: number;
}

type Values = Readonly<Record<string, string>>;

/** A request that answers with whatever is the caller's own. */
const OWN = { status: 200, stranger: 200 } as const;
const step = [0, 0, 0, 0, 0, 0, 0];
/** A model that does not act, and a version of it. */
const EMBEDDER = { model: "lexical-384", version: "1" };
const inferBody = ({ unique }: Things) => ({
  inputs: [{ name: "text", datatype: "BYTES", shape: [1], data: [unique()] }],
});

/** The example of every route. A route without one fails tests/isolation.test.ts and tests/fuzz.test.ts. */
export const ROUTE_EXAMPLES: Readonly<Record<string, RouteExample>> = {
  "POST /v1/act": {
    ...OWN,
    body: ({ unique, subject }) => ({
      robot_type: "franka",
      instruction: `pick up ${unique()}`,
      image: unique.picture(),
      state: [...step, 0],
      subject,
      episode_id: unique(),
      step: 0,
      captured_at: new Date().toISOString(),
      // Examples wait for their turn.
      max_age_ms: 30_000,
      environment: "kitchen-2",
      deadline_ms: 5000,
    }),
  },
  "POST /act": {
    ...OWN,
    query: ({ subject }) => ({ robot_type: "franka", subject, deadline_ms: "5000" }),
    body: ({ unique }) => ({ image: numpyPicture(), instruction: `pick up ${unique()}` }),
    others: ({ unique }) => [
      {
        full_image: numpyPicture(),
        wrist_image: numpyPicture(),
        state: numpyNumbers(...step, 0),
        instruction: unique(),
      },
      { encoded: JSON.stringify({ image: numpyPicture(), instruction: unique(), unnorm_key: "metric" }) },
    ],
  },
  "POST /v1/embeddings": {
    ...OWN,
    body: ({ unique }) => ({ input: [unique(), unique()], model: "lexical-384", user: unique() }),
    others: ({ unique }) => [{ input: unique(), model: "lexical-384", encoding_format: "base64" }],
  },
  "GET /v1/models": OWN,
  // Without an upgrade, as here, there is nothing to open; tests/socket.test.ts opens them.
  "GET /v1/act/ws": { status: 400, stranger: 400 },
  "GET /": { status: 404 },
  "GET /healthz": OWN,

  "POST /v1/organizations": {
    status: 201,
    stranger: 201,
    body: ({ unique }) => ({
      name: unique(),
      slug: unique(),
      person_free: { tier: "research", legal_basis: "no_personal_data" },
      limits: { concurrency: 7 },
    }),
  },
  "GET /v1/organization": OWN,
  "PATCH /v1/organization": {
    ...OWN,
    body: ({ unique }) => ({
      name: unique(),
      person_free: { tier: "research", legal_basis: "no_personal_data" },
    }),
  },
  "GET /v1/organization/person-free/history": OWN,
  "GET /v1/organization/person-free/receipt": OWN,

  "POST /v1/keys": {
    status: 201,
    stranger: 201,
    body: ({ unique }) => ({
      name: unique(),
      scopes: ["keys:read"],
      cidrs: ["10.0.0.0/8"],
      defaults: { robot_type: "franka", model: "visual-servo" },
      max_tier: "analytics",
      concurrency: 7,
    }),
  },
  "GET /v1/keys": OWN,
  "GET /v1/keys/{id}": { status: 200, path: async ({ makeKey }) => ({ id: await makeKey() }) },
  "POST /v1/keys/{id}/rotate": {
    status: 201,
    path: async ({ makeKey }) => ({ id: await makeKey() }),
    body: () => ({ overlap_seconds: 60 }),
  },
  "DELETE /v1/keys/{id}": { status: 200, path: async ({ makeKey }) => ({ id: await makeKey() }) },

  "GET /v1/consent/{subject}": { ...OWN, path: ({ subject }) => ({ subject }) },
  "PUT /v1/consent/{subject}": {
    ...OWN,
    path: ({ subject }) => ({ subject }),
    body: () => ({ tier: "research", legal_basis: "consent" }),
  },
  "GET /v1/consent/{subject}/history": { ...OWN, path: ({ subject }) => ({ subject }) },
  // Whoever has set this name's consent before has a receipt of their own.
  "GET /v1/consent/{subject}/receipt": { ...OWN, path: ({ subject }) => ({ subject }) },
  "PUT /v1/notices/{version}": {
    ...OWN,
    path: ({ unique }) => ({ version: unique() }),
    body: ({ unique }) => ({ language: "de-AT", text: unique() }),
  },
  "GET /v1/notices": OWN,
  "GET /v1/notices/{version}": { status: 200, path: ({ noticeVersion }) => ({ version: noticeVersion }) },

  "GET /v1/limits": { status: 200, query: async ({ makeKey }) => ({ key_id: await makeKey() }) },
  "PUT /v1/limits": {
    ...OWN,
    body: () => ({ rate_per_second: 100_000, quota_per_month: null, concurrency: 10_000 }),
  },

  "GET /v1/inferences": { ...OWN, query: ({ episodeId }) => ({ limit: "50", episode_id: episodeId }) },
  "GET /v1/inferences/{id}": {
    status: 200,
    path: ({ inferenceId }) => ({ id: inferenceId }),
    query: () => ({ include: "image" }),
  },
  "POST /v1/search": {
    status: 200,
    body: ({ inferenceId }) => ({ like: inferenceId, limit: 5, distance: "euclidean" }),
    others: ({ unique, episodeId }) => [
      { text: unique(), limit: 100, filter: { episode_id: episodeId, min_safety_score: 0.1 } },
      { image: unique.picture(), in: "image" },
      { vector: Array.from({ length: 384 }, (_, index) => Math.sin(index)), filter: { status: "served" } },
    ],
  },

  "POST /v1/feedback": {
    status: 201,
    body: ({ unique, inferenceId }) => ({
      type: "rating",
      inference_id: inferenceId,
      rating: 4,
      comment: unique(),
    }),
    others: ({ unique, inferenceId, episodeId }) => [
      { type: "correction", inference_id: inferenceId, actions: [step], state: [...step, 0] },
      { type: "thumbs", inference_id: inferenceId, thumbs: "up", comment: unique() },
      { type: "edit", inference_id: inferenceId, before: { a: unique() }, after: [unique()] },
      { type: "failure", episode_id: episodeId, category: "stuck", at_step: 3, comment: unique() },
      { type: "safety_report", inference_id: inferenceId, severity: "low", category: "near_miss" },
      { type: "episode_outcome", episode_id: episodeId, success: true, steps: 9, duration_s: 2.5, reward: 1 },
      { type: "intervention", inference_id: inferenceId, at_step: 1, actions: [step], reason: unique() },
    ],
  },
  "GET /v1/feedback": { ...OWN, query: ({ inferenceId }) => ({ inference_id: inferenceId }) },
  "GET /v1/feedback/stats": { ...OWN, query: () => ({ group_by: "robot" }) },
  "GET /v1/feedback/{id}": { status: 200, path: async ({ rate }) => ({ id: await rate() }) },
  "PATCH /v1/feedback/{id}": {
    status: 200,
    path: async ({ rate }) => ({ id: await rate() }),
    body: () => ({ version: 1, rating: 2 }),
  },
  "DELETE /v1/feedback/{id}": { status: 200, path: async ({ rate }) => ({ id: await rate() }) },

  "GET /v2": OWN,
  "GET /v2/health/live": OWN,
  "GET /v2/health/ready": OWN,
  "GET /v2/models/{model}": { ...OWN, path: () => EMBEDDER },
  "GET /v2/models/{model}/ready": { ...OWN, path: () => EMBEDDER },
  "GET /v2/models/{model}/versions/{version}": { ...OWN, path: () => EMBEDDER },
  "GET /v2/models/{model}/versions/{version}/ready": { ...OWN, path: () => EMBEDDER },
  "POST /v2/models/{model}/infer": { ...OWN, path: () => EMBEDDER, body: inferBody },
  "POST /v2/models/{model}/versions/{version}/infer": { ...OWN, path: () => EMBEDDER, body: inferBody },

  "POST /v1/storage/replay": OWN,
  "GET /v1/audit": { ...OWN, query: () => ({ limit: "1000" }) },
  "GET /v1/audit/verification": OWN,
  "GET /metrics": OWN,

  "GET /health": { status: 200 },
  "GET /health/ready": { status: 200 },
  "GET /health/live": { status: 200 },
  "GET /openapi.json": { status: 200 },
  "GET /docs": { status: 200 },
  "GET /.well-known/jwks.json": { status: 200 },
};

/** A request as it goes out. */
export interface BuiltRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly body: unknown;
}

/** The example of a route, about those things. */
export async function buildRequest(operation: Operation, things: Things): Promise<BuiltRequest> {
  const { name, method, path } = operation;
  const example = ROUTE_EXAMPLES[name];
  if (example === undefined) throw new Error(`tests/support/routeExamples.ts has no example of ${name}.`);
  const values = (await example.path?.(things)) ?? {};
  const query = new URLSearchParams((await example.query?.(things)) ?? {}).toString();
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) =>
    encodeURIComponent(values[parameter] ?? ""),
  );
  return { method, target: query === "" ? filled : `${filled}?${query}`, body: await example.body?.(things) };
}

/** All examples of a route: the first, and those with other kinds of body. */
export async function buildRequests(operation: Operation, things: Things): Promise<BuiltRequest[]> {
  const request = await buildRequest(operation, things);
  const others = ROUTE_EXAMPLES[operation.name]?.others?.(things) ?? [];
  return [request, ...others.map((body) => ({ ...request, body }))];
}
