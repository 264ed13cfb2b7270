import type { ActionSpace, GripperConvention } from "./actionSpaces.ts";
import { type AxisKind, axesOf, ROBOTS, type Robot } from "./robots.ts";

export type MovingAxis = Exclude<AxisKind, "gripper">;

/** Whether a number is a step, a place or a speed. */
export type ActionMeaning = "delta" | "absolute" | "velocity";

/** Bounds on one kind of number, in its own unit; on magnitudes, per axis. */
export interface AxisLimits {
  readonly unit: "m" | "rad" | "m/s" | "rad/s";
  /** Greatest magnitude of the number itself. */
  readonly max: number;
  /** Greatest change from one step of a chunk to the next. */
  readonly maxJump: number;
  /** Greatest distance from where the chunk began, in metres or radians. */
  readonly maxTravel: number;
}

/** What an action of one robot in one action space, in metric units, may ask for. */
export interface Envelope {
  readonly actionSpace: ActionSpace;
  readonly meaning: ActionMeaning;
  /** One entry per number of an action, in order. */
  readonly axes: readonly AxisKind[];
  readonly limits: Readonly<Partial<Record<MovingAxis, AxisLimits>>>;
  /** Time between two steps of a chunk, in seconds. */
  readonly stepSeconds: number;
}

/** 0.10 m and 0.5 rad per step at 5 Hz, as speeds (metres and radians per second). */
const LINEAR_SPEED = 0.5;
const ANGULAR_SPEED = 2.5;
/** A slower loop gets no longer step than this many seconds of motion: it could not look in between. */
const LONGEST_STEP_SECONDS = 0.4;
/** No single chunk turns a hand or a joint farther than half a turn from where it began. */
const TRAVEL_RADIANS = Math.PI;
/** Encoders count at most one turn either way. */
const JOINT_RANGE_RADIANS = 2 * Math.PI;

/** Gripper bounds of each convention; they are absolute in every action space. */
export const GRIPPER_RANGE: Readonly<
  Record<GripperConvention, { readonly min: number; readonly max: number; readonly closed: number }>
> = {
  zero_closed_one_open: { min: 0, max: 1, closed: 0 },
  zero_open_one_closed: { min: 0, max: 1, closed: 1 },
  minus_one_open: { min: -1, max: 1, closed: 1 },
};

/** What decoders of quantized grippers and tokens, and encoders of measured ones, overshoot by. */
export const GRIPPER_TOLERANCE = 1e-3;

/** Whether the numbers of an action space are steps, places or speeds. */
export function meaningOf(space: ActionSpace): ActionMeaning {
  if (space === "ee_delta" || space === "joint_delta") return "delta";
  return space === "ee_abs" || space === "joint_abs" ? "absolute" : "velocity";
}

/** How far and how fast one kind of axis may go, before the action space gives it a meaning. */
interface Motion {
  readonly unit: "m" | "rad";
  readonly speed: number;
  readonly range: number;
  readonly travel: number;
}

const motionsOf = (robot: Robot): Readonly<Record<MovingAxis, Motion>> => ({
  position: { unit: "m", speed: LINEAR_SPEED, range: robot.reachM, travel: robot.reachM },
  rotation: { unit: "rad", speed: ANGULAR_SPEED, range: Math.PI, travel: TRAVEL_RADIANS },
  joint: { unit: "rad", speed: robot.jointSpeed, range: JOINT_RANGE_RADIANS, travel: TRAVEL_RADIANS },
});

function limitsOf(motion: Motion, meaning: ActionMeaning, controlHz: number): AxisLimits {
  const step = motion.speed * Math.min(1 / controlHz, LONGEST_STEP_SECONDS);
  const maxTravel = motion.travel;
  // The jump of a delta or a speed equals its bound: it may start and stop within one step, not reverse.
  if (meaning === "delta") return { unit: motion.unit, max: step, maxJump: step, maxTravel };
  if (meaning === "absolute") return { unit: motion.unit, max: motion.range, maxJump: step, maxTravel };
  return { unit: `${motion.unit}/s`, max: motion.speed, maxJump: motion.speed, maxTravel };
}

function buildEnvelope(robot: Robot, space: ActionSpace): Envelope | null {
  const axes = axesOf(robot, space);
  if (!axes) return null;
  const meaning = meaningOf(space);
  const motions = motionsOf(robot);
  const limit = (axis: MovingAxis) => limitsOf(motions[axis], meaning, robot.controlHz);
  return {
    actionSpace: space,
    meaning,
    axes,
    limits: space.startsWith("ee_")
      ? { position: limit("position"), rotation: limit("rotation") }
      : { joint: limit("joint") },
    stepSeconds: 1 / robot.controlHz,
  };
}

const ENVELOPES: ReadonlyMap<string, Envelope> = new Map(
  ROBOTS.flatMap((robot) =>
    robot.actionSpaces.flatMap((space) => {
      const envelope = buildEnvelope(robot, space);
      return envelope ? [[`${robot.name} ${space}`, envelope] as const] : [];
    }),
  ),
);

/**
 * The bounds that hold for a robot in an action space, in metric units, or null where it does not take that
 * space. Per step 0.10 m and 0.5 rad at 5 Hz, scaled by 5 ÷ control rate (docs/safety-envelope.md).
 */
export const envelopeFor = (robot: Robot, space: ActionSpace): Envelope | null =>
  ENVELOPES.get(`${robot.name} ${space}`) ?? buildEnvelope(robot, space);
