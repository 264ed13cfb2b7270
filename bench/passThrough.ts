import { Hono } from "hono";

interface Environment {
  readonly RUNNER_URL: string;
}

/**
 * The yardstick: the least that a gateway Worker can do. It hands the body to the runner and streams the
 * answer back: no key, no check, no record.
 */
const app = new Hono<{ Bindings: Environment }>();

app.post("/v1/act", (context) =>
  fetch(`${context.env.RUNNER_URL}/v2/models/visual-servo/infer`, {
    method: "POST",
    body: context.req.raw.body,
    headers: { "content-type": "application/octet-stream" },
  }),
);

export default app;
