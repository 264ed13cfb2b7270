import type { ActionSpace } from "../contracts/actionSpaces.ts";
import type { Policy } from "../contracts/models.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { Problem } from "../contracts/problems.ts";
import { actionDimension, type Robot } from "../contracts/robots.ts";

/**
 * The policy of that name, if it can move this robot: it serves it, the robot takes its action space, with as many numbers
 * as the policy gives, and the caller did not ask for another space.
 */
export function choosePolicy(
  name: string,
  robot: Robot,
  wanted: ActionSpace | null,
  policies: readonly Policy[],
): Outcome<Policy, Problem> {
  const model = policies.find((policy) => policy.name === name);
  if (model === undefined) {
    return failed({
      code: "unknown_model",
      errors: [{ pointer: "/model", detail: "no policy has this name" }],
    });
  }
  const { actionSpace, dimension } = model.action;
  if (wanted !== null && wanted !== actionSpace) {
    return failed({
      code: "gate_action_vector",
      errors: [{ pointer: "/action_space", detail: `${model.name} acts in ${actionSpace}` }],
    });
  }
  if (model.robots !== undefined && !model.robots.includes(robot.name)) {
    return failed({
      code: "gate_robot_type",
      errors: [{ pointer: "/robot_type", detail: `${model.name} serves ${model.robots.join(", ")}` }],
    });
  }
  if (!robot.actionSpaces.includes(actionSpace) || actionDimension(robot, actionSpace) !== dimension) {
    return failed({
      code: "gate_robot_type",
      errors: [
        {
          pointer: "/robot_type",
          detail: `${model.name} gives ${dimension} numbers in ${actionSpace}, which this robot does not take`,
        },
      ],
    });
  }
  return done(model);
}
