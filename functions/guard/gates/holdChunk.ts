import { GRIPPER_RANGE, GRIPPER_TOLERANCE, meaningOf } from "../../contracts/envelopes.ts";
import type { ActionContract } from "../../contracts/models.ts";
import { axesOf, type Robot } from "../../contracts/robots.ts";

type HoldContract = Pick<ActionContract, "actionSpace" | "chunkSize" | "gripperConvention" | "units">;

/**
 * A chunk that moves nothing, or null where nobody can say what that is: an absolute action space without the
 * robot's place, or normalized numbers, whose zero is the middle of the statistics. Grippers keep the
 * position that the state names, else they close: an open hand may drop what it holds.
 */
export function holdChunk(
  robot: Robot,
  contract: HoldContract,
  state: readonly number[] | null,
): number[][] | null {
  const axes = axesOf(robot, contract.actionSpace);
  if (axes === null || contract.units === "normalized") return null;
  const absolute = meaningOf(contract.actionSpace) === "absolute";
  const place = absolute ? state : axes.map(() => 0);
  if (place?.length !== axes.length || !place.every(Number.isFinite)) return null;
  const numbersPerArm = axes.length / robot.arms.length;
  const step = axes.map((kind, axis) => {
    if (kind !== "gripper") return place[axis] ?? 0;
    // The state of an absolute action has its layout, so that it names this gripper whatever the arm's joints.
    const gripper = absolute ? place[axis] : gripperOf(robot, state, Math.floor(axis / numbersPerArm));
    return keptGripper(gripper, contract);
  });
  return Array.from({ length: contract.chunkSize }, () => [...step]);
}

/** The last number of an arm's part of the state is its gripper, unless the state holds joints alone. */
function gripperOf(robot: Robot, state: readonly number[] | null, arm: number): number | undefined {
  const numbersPerArm = (state?.length ?? 0) / robot.arms.length;
  const joints = robot.arms[arm]?.joints ?? 0;
  const namesGripper = [joints + 1, 7, 8].includes(numbersPerArm) && numbersPerArm !== joints;
  return namesGripper ? state?.[(arm + 1) * numbersPerArm - 1] : undefined;
}

/** A position that the convention does not know says nothing of the hand. */
function keptGripper(gripper: number | undefined, { gripperConvention }: HoldContract): number {
  const { min, max, closed } = GRIPPER_RANGE[gripperConvention];
  if (gripper === undefined || gripper < min - GRIPPER_TOLERANCE || gripper > max + GRIPPER_TOLERANCE)
    return closed;
  return Math.min(max, Math.max(min, gripper));
}
