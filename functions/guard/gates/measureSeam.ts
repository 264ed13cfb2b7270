import type { AxisLimits, Envelope } from "../../contracts/envelopes.ts";
import { changeBetween } from "./measureChunk.ts";

/** The chunk that a robot is still executing, and how far it will have got when the next one is there. */
export interface Seam {
  /** What is left of the previous chunk, from the step at hand on. */
  readonly leftOver: readonly (readonly number[])[];
  /** Steps of it that will be done by then: the robot goes on with that step of the new chunk. */
  readonly delaySteps: number;
}

/** The greatest change of one kind of number where the new chunk takes over. */
export interface SeamJump {
  readonly limits: AxisLimits;
  readonly jump: number;
}

/**
 * Measures how far the first step that the robot takes of the new chunk is from the last one that it takes of
 * the old. Nothing where it takes none of the old: then no seam is known. Not a number where the new chunk has
 * no such step, or a row lacks a number.
 */
export function measureSeam(
  { leftOver, delaySteps }: Seam,
  actions: readonly (readonly number[])[],
  envelope: Envelope,
): SeamJump[] {
  const last = leftOver[delaySteps - 1];
  if (last === undefined) return [];
  const next = actions[delaySteps] ?? [];
  return envelope.axes.flatMap((kind, axis): SeamJump[] => {
    const limits = kind === "gripper" ? undefined : envelope.limits[kind];
    if (limits === undefined || kind === "gripper") return [];
    const jump = changeBetween(kind, envelope)(last[axis] ?? Number.NaN, next[axis] ?? Number.NaN);
    return [{ limits, jump }];
  });
}
