import type { ActionUnits, GripperConvention } from "../../contracts/actionSpaces.ts";
import { type AxisLimits, type Envelope, GRIPPER_RANGE, type MovingAxis } from "../../contracts/envelopes.ts";

/** The greatest magnitudes that a chunk reaches on one kind of axis, beside the bounds on them. */
export interface Motion {
  readonly kind: MovingAxis;
  readonly limits: AxisLimits;
  readonly value: number;
  readonly jump: number;
  readonly travel: number;
}

export interface ChunkMeasures {
  readonly motions: readonly Motion[];
  /** Greatest distance of a gripper number outside its range. */
  readonly gripperExcess: number;
  /** How often a gripper passes the middle of its range, of the one that does so most often. */
  readonly gripperTurns: number;
  /** Greatest magnitude of a number that is not a gripper's. */
  readonly normalized: number;
  /** Whether the first step could be compared with where the robot is, or needs no comparison. */
  readonly startKnown: boolean;
}

interface Chunk {
  readonly actions: readonly (readonly number[])[];
  readonly units: ActionUnits;
  readonly gripperConvention: GripperConvention;
  readonly state?: readonly number[] | null;
}

const MOVING_AXES: readonly MovingAxis[] = ["position", "rotation", "joint"];

/** Measures a chunk whose shape and numbers are already sound, axis by axis. */
export function measureChunk(chunk: Chunk, envelope: Envelope): ChunkMeasures {
  const range = GRIPPER_RANGE[chunk.gripperConvention];
  const byKind = new Map<MovingAxis, Measures>();
  let gripperExcess = 0;
  let gripperTurns = 0;
  let normalized = 0;
  let startKnown = true;
  envelope.axes.forEach((kind, axis) => {
    if (kind === "gripper") {
      for (const step of chunk.actions) {
        const value = numberAt(step, axis);
        gripperExcess = greater(gripperExcess, greater(greater(0, range.min - value), value - range.max));
      }
      gripperTurns = Math.max(gripperTurns, turnsOf(chunk.actions, axis, (range.min + range.max) / 2));
      return;
    }
    const start = startOf(chunk.state, envelope, axis);
    const column = measureColumn(chunk.actions, axis, start, kind, envelope);
    byKind.set(kind, greaterOf(byKind.get(kind) ?? NOTHING, column));
    normalized = greater(normalized, column.value);
    if (envelope.meaning === "absolute" && start === null) startKnown = false;
  });
  const motions = MOVING_AXES.flatMap((kind): Motion[] => {
    const limits = envelope.limits[kind];
    return limits === undefined ? [] : [{ kind, limits, ...(byKind.get(kind) ?? NOTHING) }];
  });
  return { motions, gripperExcess, gripperTurns, normalized, startKnown };
}

/** How often a column passes from one side of the middle to the other; on the middle it is on neither. */
function turnsOf(actions: Chunk["actions"], axis: number, middle: number): number {
  const sides = actions.map((step) => Math.sign(numberAt(step, axis) - middle)).filter((side) => side !== 0);
  return sides.filter((side, index) => index > 0 && side !== sides[index - 1]).length;
}

/** A hole would be no number: it must not pass for a small one. */
const numberAt = (step: readonly number[], axis: number): number => step[axis] ?? Number.NaN;

/** Where an absolute action starts from on one axis, or null where the state does not say. */
function startOf(state: Chunk["state"], envelope: Envelope, axis: number): number | null {
  if (envelope.meaning !== "absolute" || state?.length !== envelope.axes.length) return null;
  const start = state[axis];
  return start !== undefined && Number.isFinite(start) ? start : null;
}

type Measures = Pick<Motion, "value" | "jump" | "travel">;

const NOTHING: Measures = { value: 0, jump: 0, travel: 0 };

/** One pass over the steps: the greatest number, the greatest change, the greatest distance from the origin. */
function measureColumn(
  actions: Chunk["actions"],
  axis: number,
  start: number | null,
  kind: MovingAxis,
  envelope: Envelope,
): Measures {
  const absolute = envelope.meaning === "absolute";
  const between = changeBetween(kind, envelope);
  const perStep = envelope.meaning === "velocity" ? envelope.stepSeconds : 1;
  const origin = absolute ? (start ?? numberAt(actions[0] ?? [], axis)) : 0;
  let before = start;
  let place = 0;
  let value = 0;
  let jump = 0;
  let travel = 0;
  for (const step of actions) {
    const number = numberAt(step, axis);
    value = greater(value, Math.abs(number));
    if (before !== null) jump = greater(jump, between(before, number));
    before = number;
    place = absolute ? number : place + number * perStep;
    travel = greater(travel, between(origin, place));
  }
  return { value, jump, travel };
}

/** How a change of one kind of number is measured: absolute rotations the shorter way around. */
export const changeBetween = (kind: MovingAxis, { meaning }: Envelope) =>
  kind === "rotation" && meaning === "absolute" ? turnBetween : distanceBetween;

const distanceBetween = (from: number, to: number): number => Math.abs(to - from);

/** The shorter way around between two angles: −π and π are the same place. */
function turnBetween(from: number, to: number): number {
  const turn = Math.abs(to - from) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn);
}

/** The greater of two magnitudes; not a number as soon as one of them is none. */
const greater = (most: number, value: number): number => (value > most || Number.isNaN(value) ? value : most);

const greaterOf = (left: Measures, right: Measures): Measures => ({
  value: greater(left.value, right.value),
  jump: greater(left.jump, right.jump),
  travel: greater(left.travel, right.travel),
});
