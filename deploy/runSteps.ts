import { done, type Outcome } from "../functions/contracts/outcome.ts";
import type { Obstacle } from "./obstacle.ts";
import { stopped } from "./obstacle.ts";
import type { Step } from "./step.ts";

/** What a run did. */
export interface Report {
  /** Names of the steps that changed something, in order. */
  readonly changed: readonly string[];
}

/**
 * Prints the plan, then takes the steps in order: look, do, make sure. The first one that fails ends it, with
 * what to do; whatever was done stays, and the next run finds it.
 */
export async function runSteps(
  title: string,
  steps: readonly Step[],
  say: (line: string) => void,
): Promise<Outcome<Report, Obstacle>> {
  say(`Plan for ${title}`);
  for (const [index, { name, purpose }] of steps.entries()) say(`  ${index + 1}. ${name}: ${purpose}`);
  const changed: string[] = [];
  for (const step of steps) {
    const outcome = await takeStep(step, say);
    if (!outcome.ok) {
      const { why, todo } = outcome.failure;
      say(`✗ ${step.name}: ${why}`);
      say(`  What to do: ${todo}`);
      const before = changed.length === 0 ? "Nothing was changed." : `Done before: ${changed.join(", ")}.`;
      say(`  ${before} Run it again afterwards.`);
      return stopped(`${step.name}: ${why}`, todo);
    }
    if (outcome.value) changed.push(step.name);
  }
  say(changed.length === 0 ? "Nothing had to be changed." : `Changed: ${changed.join(", ")}.`);
  return done({ changed });
}

/** Whether the step changed something. */
async function takeStep(step: Step, say: (line: string) => void): Promise<Outcome<boolean, Obstacle>> {
  const found = await step.check();
  if (!found.ok) return found;
  const { kind, detail } = found.value;
  if (kind === "done" || step.apply === undefined) {
    say(`✓ ${step.name}: ${detail}`);
    return done(false);
  }
  say(`… ${step.name}: ${detail}`);
  const applied = await step.apply();
  if (!applied.ok) return applied;
  const verified = await (step.verify?.() ?? done(""));
  if (!verified.ok) return verified;
  say(`✓ ${step.name}: ${[applied.value, verified.value].filter((text) => text !== "").join("; ")}`);
  return done(true);
}
