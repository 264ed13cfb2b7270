import { z } from "zod";
import { flushMetrics } from "../../functions/observe/flushMetrics.ts";
import { METRICS_CONTENT_TYPE, renderMetrics } from "../../functions/observe/renderMetrics.ts";
import packageJson from "../../package.json" with { type: "json" };
import { type Answer, type Call, type Endpoint, presentedKey, refusal, withGrant } from "../http/endpoint.ts";

const encoder = new TextEncoder();

/** Compares without telling by its time how much of the token was right. */
async function sameText(left: string, right: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [left, right].map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))),
  );
  return a !== undefined && b !== undefined && crypto.subtle.timingSafeEqual(a, b);
}

async function render(call: Call): Promise<Answer> {
  const { keyValue, clock, meter, configuration } = call.services;
  meter.set("headgate_build_info", 1, { version: packageJson.version, cell: configuration.CELL });
  await flushMetrics({ meter, keyValue });
  const text = await renderMetrics({ keyValue, clock });
  if (!text.ok) return refusal({ code: "storage_unavailable", retryAfterSeconds: 2 });
  return { kind: "text", status: 200, text: text.value, headers: { "content-type": METRICS_CONTENT_TYPE } };
}

/** `GET /metrics`: Prometheus text, for the operator's token or a key of the platform with `metrics:read`. */
export const metricsEndpoint: Endpoint = {
  method: "GET",
  path: "/metrics",
  scope: "metrics:read",
  summary: "Render the metrics of this cell for Prometheus",
  contract: {
    responses: {
      200: { description: "Prometheus text 0.0.4.", content: { "text/plain": { schema: z.string() } } },
    },
  },
  async handle(call) {
    const token = call.services.configuration.METRICS_TOKEN;
    const presented = presentedKey(call.request);
    if (token !== undefined && presented !== null && (await sameText(token, presented)))
      return await render(call);
    return await withGrant(call, "metrics:read", () => render(call));
  },
};
