import { expect, it } from "vitest";
import { readConfiguration } from "../functions/contracts/configuration.ts";
import { gateActInput } from "../functions/guard/gates/gateActInput.ts";
import { readActInput } from "../functions/serve/readActInput.ts";
import { actRequestSchema } from "../functions/serve/schema.ts";
import { actBody, requestTemplate } from "./requests.ts";

const SECRET = "A".repeat(43);
const limits = readConfiguration({
  KEY_PEPPERS: `1:${SECRET}`,
  SUBJECT_SECRET: SECRET,
  PENDING_SECRET: SECRET,
  SIGNING_SECRET: SECRET,
  DATABASE_URL: "postgres://headgate_app@localhost/headgate",
  UPSTASH_REDIS_REST_URL: "http://localhost:1",
  UPSTASH_REDIS_REST_TOKEN: "t",
  RUNNER_URLS: "http://localhost:2",
});

it.each([425, 20_000])(
  "measures with a body of exactly %d bytes that no gate has anything to say of",
  (sizeBytes) => {
    for (const dryRun of [false, true]) {
      const body = actBody({ sizeBytes, point: 7, dryRun });
      expect(Buffer.byteLength(body)).toBe(sizeBytes);
      const request = actRequestSchema.parse(JSON.parse(body));
      expect(gateActInput(readActInput(request, {}), { nowMs: 0, limits })).toEqual([]);
    }
  },
);

it("knows where each connection writes its number and its step", () => {
  const { bytes, connectionAt, stepAt } = requestTemplate(
    "/v1/act",
    actBody({ sizeBytes: 425, point: 7, dryRun: false }),
    "key",
  );
  const patched = Buffer.from(bytes);
  patched.write("42", connectionAt, "latin1");
  patched.write("7654321", stepAt, "latin1");
  const { episode_id: episode, step } = JSON.parse(patched.toString("latin1").split("\r\n\r\n")[1] ?? "");
  expect([episode, step]).toEqual(["bench-p007-c42", 7_654_321]);
});
