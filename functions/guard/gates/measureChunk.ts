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
  const columns = envelope.axes.map((kind, axis) => ({
    kind,
    // A hole would be no number: it must not pass for a small one.
    values: chunk.actions.map((step) => step[axis] ?? Number.NaN),
    start: startOf(chunk.state, envelope, axis),
  }));
  const moving = columns.filter(({ kind }) => kind !== "gripper");
  const motions = MOVING_AXES.flatMap((kind): Motion[] => {
    const limits = envelope.limits[kind];
    if (limits === undefined) return [];
    const measures = moving
      .filter((column) => column.kind === kind)
      .map((column) => measureColumn(column.values, column.start, kind, envelope));
    return [{ kind, limits, ...greatestOf(measures) }];
  });
  const range = GRIPPER_RANGE[chunk.gripperConvention];
  const grippers = columns.filter(({ kind }) => kind === "gripper").flatMap(({ values }) => values);
  return {
    motions,
    gripperExcess: greatest(grippers.map((value) => Math.max(range.min - value, value - range.max, 0))),
    normalized: greatest(moving.flatMap(({ values }) => values.map(Math.abs))),
    startKnown: envelope.meaning !== "absolute" || moving.every(({ start }) => start !== null),
  };
}

/** Where an absolute action starts from on one axis, or null where the state does not say. */
function startOf(state: Chunk["state"], envelope: Envelope, axis: number): number | null {
  if (envelope.meaning !== "absolute" || state?.length !== envelope.axes.length) return null;
  const start = state[axis];
  return start !== undefined && Number.isFinite(start) ? start : null;
}

type Measures = Pick<Motion, "value" | "jump" | "travel">;

function measureColumn(
  values: readonly number[],
  start: number | null,
  kind: MovingAxis,
  envelope: Envelope,
): Measures {
  const between = kind === "rotation" && envelope.meaning === "absolute" ? turnBetween : distanceBetween;
  const path = start === null ? values : [start, ...values];
  const jumps = path.slice(1).map((value, index) => between(path[index] ?? Number.NaN, value));
  const places = envelope.meaning === "absolute" ? path : sumUp(values, envelope);
  const origin = envelope.meaning === "absolute" ? (path[0] ?? Number.NaN) : 0;
  return {
    value: greatest(values.map(Math.abs)),
    jump: greatest(jumps),
    travel: greatest(places.map((place) => between(origin, place))),
  };
}

/** Where steps or speeds have carried the axis after each step. */
function sumUp(values: readonly number[], envelope: Envelope): number[] {
  const perStep = envelope.meaning === "velocity" ? envelope.stepSeconds : 1;
  let place = 0;
  return values.map((value) => {
    place += value * perStep;
    return place;
  });
}

const distanceBetween = (from: number, to: number): number => Math.abs(to - from);

/** The shorter way around between two angles: −π and π are the same place. */
function turnBetween(from: number, to: number): number {
  const turn = Math.abs(to - from) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn);
}

/** The greatest of some magnitudes, 0 of none; not a number as soon as one of them is none. */
const greatest = (values: readonly number[]): number =>
  values.reduce((most, value) => (value > most || Number.isNaN(value) ? value : most), 0);

const greatestOf = (measures: readonly Measures[]): Measures => ({
  value: greatest(measures.map(({ value }) => value)),
  jump: greatest(measures.map(({ jump }) => jump)),
  travel: greatest(measures.map(({ travel }) => travel)),
});
