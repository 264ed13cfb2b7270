import { done } from "../../functions/contracts/outcome.ts";
import type { Deployment } from "../deployment.ts";
import { stopped } from "../obstacle.ts";
import { nothingToDo, type Step, toDo } from "../step.ts";

/** The bucket of images, packs and dead letters. */
export function bucket({ cell, provider }: Deployment): Step {
  const where = cell.jurisdiction === "none" ? "anywhere" : `in the jurisdiction ${cell.jurisdiction}`;
  return {
    name: "bucket",
    purpose: `the R2 bucket ${cell.bucket} is there, ${where}`,
    async check() {
      const exists = await provider.bucketExists();
      if (!exists.ok) return exists;
      return done(exists.value ? nothingToDo(`${cell.bucket} is there`) : toDo(`${cell.bucket} is missing`));
    },
    async apply() {
      const made = await provider.createBucket();
      return made.ok ? done(`${cell.bucket} is made`) : made;
    },
    async verify() {
      const exists = await provider.bucketExists();
      if (!exists.ok) return exists;
      return exists.value
        ? done("")
        : stopped(`${cell.bucket} was made and is not there.`, "Look at R2 in the dashboard.");
    },
  };
}
