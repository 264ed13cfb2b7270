import type { Deployment } from "./deployment.ts";
import type { Step } from "./step.ts";
import { bucket } from "./steps/bucket.ts";
import { database } from "./steps/database.ts";
import { platformKey } from "./steps/platformKey.ts";
import { preflight } from "./steps/preflight.ts";
import { secrets } from "./steps/secrets.ts";
import { smokeTest } from "./steps/smokeTest.ts";
import { worker } from "./steps/worker.ts";

/** The steps of a deployment, in order: each leans on those before it. */
export const deploySteps = (deployment: Deployment): Step[] =>
  [preflight, bucket, database, secrets, worker, platformKey, smokeTest].map((make) => make(deployment));
