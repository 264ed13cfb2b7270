import type { Outcome } from "../functions/contracts/outcome.ts";
import type { Obstacle } from "./obstacle.ts";

/** What a step found: nothing to do, or what it is going to do. */
export interface Finding {
  readonly kind: "done" | "todo";
  readonly detail: string;
}

export const nothingToDo = (detail: string): Finding => ({ kind: "done", detail });
export const toDo = (detail: string): Finding => ({ kind: "todo", detail });

/** One step of a deployment. `apply` may run again after it failed halfway. */
export interface Step {
  readonly name: string;
  /** For the plan: what holds afterwards. */
  readonly purpose: string;
  /** Looks, and changes nothing. */
  check(): Promise<Outcome<Finding, Obstacle>>;
  /** Does what is to be done; absent where the step only looks. */
  readonly apply?: () => Promise<Outcome<string, Obstacle>>;
  /** Makes sure that it was done. */
  readonly verify?: () => Promise<Outcome<string, Obstacle>>;
}
