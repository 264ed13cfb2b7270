import type { ActionSpace } from "../../contracts/actionSpaces.ts";
import { meaningOf } from "../../contracts/envelopes.ts";
import { type Finding, finding } from "../../contracts/gates.ts";
import { actionDimension, findRobot, type Robot } from "../../contracts/robots.ts";
import type { ActInput } from "./actInput.ts";

const STATE_MAX_NUMBERS = 256;
/** Numbers per arm of a pose with gripper: roll, pitch and yaw, or a quaternion. */
const POSE_LENGTHS = [7, 8];

/** Judges the state: numbers at all, and as many as this robot has. */
export function gateState(input: Pick<ActInput, "robotType" | "state" | "actionSpace">): Finding[] {
  const { state, actionSpace } = input;
  const robot = input.robotType === null ? null : findRobot(input.robotType);
  const findings: Finding[] = [];
  if (state?.some((number) => !Number.isFinite(number))) findings.push(finding("state.not_finite", "/state"));
  if (state && state.length > STATE_MAX_NUMBERS) findings.push(finding("state.too_long", "/state"));
  if (state && state.length > 0 && state.every((number) => number === 0)) {
    findings.push(finding("state.all_zero", "/state"));
  }
  if (!robot || robot.mobile) return findings;
  if (state && !plausibleLengths(robot).has(state.length)) {
    findings.push(finding("state.wrong_dimension", "/state"));
  }
  return actionSpace === null ? findings : [...findings, ...gateStart(robot, actionSpace, state)];
}

/** Judges whether the state says where a chunk of this action space starts from. */
export const gateStart = (robot: Robot, space: ActionSpace, state: ActInput["state"]): Finding[] =>
  fixesStart(robot, space, state) ? [] : [finding("state.needed_for_absolute", "/state")];

/** Whether the first step of a chunk can be compared with where the robot is, or needs no comparison. */
function fixesStart(robot: Robot, space: ActionSpace, state: ActInput["state"]): boolean {
  const dimension = actionDimension(robot, space);
  return meaningOf(space) !== "absolute" || dimension === null || state?.length === dimension;
}

function plausibleLengths(robot: Robot): ReadonlySet<number> {
  const joints = robot.arms.reduce((sum, arm) => sum + arm.joints, 0);
  const poses = POSE_LENGTHS.map((length) => length * robot.arms.length);
  return new Set([joints, joints + robot.arms.length, ...poses]);
}
