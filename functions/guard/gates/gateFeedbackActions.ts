import { meaningOf } from "../../contracts/envelopes.ts";
import { type Finding, finding, isRuleId } from "../../contracts/gates.ts";
import { findRobot } from "../../contracts/robots.ts";
import type { FeedbackAbout, FeedbackContext, FeedbackToGate } from "./feedbackInput.ts";
import { type ActionToGate, type ActionVerdict, gateAction } from "./gateAction.ts";

/**
 * Judges actions that a person gave by the gate that every served chunk passes: as the robot of the exchange
 * would have to execute them. Each finding points at the first step at which its rule breaks.
 */
export function gateFeedbackActions({ request, about }: FeedbackToGate, context: FeedbackContext): Finding[] {
  if (request.type !== "correction" && request.type !== "intervention") return [];
  if (request.state?.some((number) => !Number.isFinite(number)))
    return [finding("state.not_finite", "/state")];
  if (request.actions === undefined) return [];
  const robot = findRobot(about.robotType);
  if (robot === null) return [finding("robot_type.not_listed", "/inference_id")];
  const action: ActionToGate = {
    actions: request.actions,
    robot,
    actionSpace: about.actionSpace,
    units: about.units,
    gripperConvention: about.gripperConvention,
    state: request.state ?? startOf(about, request.type === "intervention" ? request.at_step : 0),
    minimumScore: context.limits.ACT_SAFETY_SCORE_MIN,
  };
  const failing = gateAction(action).checks.filter((check) => !check.passed);
  return failing.map(({ rule, value, limit }) => {
    const id = isRuleId(rule) ? rule : "action.shape";
    return finding(id, firstBreach(action, rule), `${value} is beyond ${limit}.`);
  });
}

/** Where an absolute chunk starts from: where the steps before it have led, or where the robot was. */
function startOf({ actionSpace, served, state }: FeedbackAbout, atStep: number): readonly number[] | null {
  if (meaningOf(actionSpace) !== "absolute" || atStep === 0) return state;
  return served?.[atStep - 1] ?? null;
}

/** What a rule says of the first steps only grows with them, so that halving finds the step where it breaks. */
function firstBreach(action: ActionToGate, rule: string): string {
  const breaks = (steps: number): boolean => isBroken(rule, gateAction(firstSteps(action, steps)));
  let held = 0;
  let broken = action.actions.length;
  if (!breaks(broken)) return "/actions";
  while (broken - held > 1) {
    const middle = Math.floor((held + broken) / 2);
    if (breaks(middle)) broken = middle;
    else held = middle;
  }
  return `/actions/${broken - 1}`;
}

const firstSteps = (action: ActionToGate, steps: number): ActionToGate => ({
  ...action,
  actions: action.actions.slice(0, steps),
});

const isBroken = (rule: string, { checks }: ActionVerdict): boolean =>
  checks.some((check) => check.rule === rule && !check.passed);
