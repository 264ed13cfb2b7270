import { z } from "zod";

/**
 * What the numbers of an action mean. `ee_*` are seven numbers for one end effector (Δx Δy Δz Δroll Δpitch
 * Δyaw gripper); `joint_*` are the arm's joints and its gripper. A bimanual robot has them twice, left first.
 */
export const ACTION_SPACES = [
  "ee_delta",
  "ee_abs",
  "ee_vel",
  "joint_delta",
  "joint_abs",
  "joint_vel",
] as const;

export const actionSpaceSchema = z.enum(ACTION_SPACES);
export type ActionSpace = z.infer<typeof actionSpaceSchema>;

/** Which end of the gripper's range means open; stacks disagree, so every record says it. */
export const gripperConventionSchema = z.enum([
  "zero_closed_one_open",
  "zero_open_one_closed",
  "minus_one_open",
]);
export type GripperConvention = z.infer<typeof gripperConventionSchema>;

/** The frame in which Cartesian numbers are expressed. */
export const actionFrameSchema = z.enum(["base", "end_effector", "camera", "joint"]);
export type ActionFrame = z.infer<typeof actionFrameSchema>;

/** `metric` is metres, radians and seconds; `normalized` is −1…1 by the statistics of `norm_key`. */
export const actionUnitsSchema = z.enum(["metric", "normalized"]);
export type ActionUnits = z.infer<typeof actionUnitsSchema>;
