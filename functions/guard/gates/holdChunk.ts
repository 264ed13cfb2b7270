import { GRIPPER_RANGE, meaningOf } from "../../contracts/envelopes.ts";
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
  const place = meaningOf(contract.actionSpace) === "absolute" ? state : axes.map(() => 0);
  if (place?.length !== axes.length || !place.every(Number.isFinite)) return null;
  const numbersPerArm = axes.length / robot.arms.length;
  const step = axes.map((kind, axis) =>
    kind === "gripper"
      ? gripperOf(robot, contract, state, Math.floor(axis / numbersPerArm))
      : (place[axis] ?? 0),
  );
  return Array.from({ length: contract.chunkSize }, () => [...step]);
}

/** The last number of an arm's part of the state is its gripper, unless the state holds joints alone. */
function gripperOf(
  robot: Robot,
  { gripperConvention }: HoldContract,
  state: readonly number[] | null,
  arm: number,
): number {
  const { min, max, closed } = GRIPPER_RANGE[gripperConvention];
  const numbersPerArm = (state?.length ?? 0) / robot.arms.length;
  const joints = robot.arms[arm]?.joints ?? 0;
  const namesGripper = [joints + 1, 7, 8].includes(numbersPerArm) && numbersPerArm !== joints;
  const gripper = namesGripper ? state?.[(arm + 1) * numbersPerArm - 1] : undefined;
  return gripper !== undefined && gripper >= min && gripper <= max ? gripper : closed;
}
