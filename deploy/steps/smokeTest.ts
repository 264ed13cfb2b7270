import { z } from "zod";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { samplePng } from "../../local/samplePng.ts";
import { askCell, reasonOf } from "../askCell.ts";
import type { Deployment } from "../deployment.ts";
import { type Obstacle, stopped } from "../obstacle.ts";
import { nothingToDo, type Step } from "../step.ts";
import { smokeKeyOf } from "./platformKey.ts";

const healthSchema = z.looseObject({
  ready: z.boolean(),
  parts: z.array(z.looseObject({ name: z.string(), status: z.string(), failure: z.string().nullable() })),
});
const actSchema = z.looseObject({
  actions: z.array(z.array(z.number().refine(Number.isFinite))).min(1),
  recorded: z.literal(false),
});

/** Every part is up, and one call acts: a dry run, of which nothing is kept. */
export const smokeTest = (deployment: Deployment): Step => ({
  name: "smoke test",
  purpose: "every part is up, and a dry-run act answers an action",
  async check() {
    const healthy = await checkHealth(deployment.url);
    return healthy.ok ? act(deployment) : healthy;
  },
});

async function checkHealth(url: string): Promise<Outcome<undefined, Obstacle>> {
  const answer = await askCell(url, { path: "/health/ready" });
  if (!answer.ok) return answer;
  const health = healthSchema.safeParse(answer.value.body);
  if (!health.success)
    return stopped(`${url}/health/ready answers ${reasonOf(answer.value)}.`, "See `wrangler tail`.");
  const down = health.data.parts.filter(({ status }) => status === "down");
  if (down.length === 0 && health.data.ready) return done(undefined);
  const parts = down.map(({ name, failure }) => `${name} (${failure ?? "down"})`).join(", ");
  return stopped(`Down: ${parts || "serving"}.`, "docs/operations.md says what to look at, part by part.");
}

async function act(deployment: Deployment) {
  const startedMs = performance.now();
  const answer = await askCell(deployment.url, {
    method: "POST",
    path: "/v1/act",
    key: smokeKeyOf(deployment) ?? "",
    body: {
      robot_type: "franka",
      instruction: "move to the red block",
      image: samplePng().toString("base64"),
      dry_run: true,
    },
  });
  if (!answer.ok) return answer;
  const acted = actSchema.safeParse(answer.value.body);
  if (answer.value.status !== 200 || !acted.success)
    return stopped(
      `/v1/act answers ${reasonOf(answer.value)}.`,
      "See the runner, and the model that ACT_MODEL names.",
    );
  const tookMs = Math.round(performance.now() - startedMs);
  return done(
    nothingToDo(`all parts are up; act answered ${acted.data.actions.length} actions in ${tookMs} ms`),
  );
}
