import { type Finding, finding } from "../../contracts/gates.ts";
import type { ActInput, GateContext } from "./actInput.ts";
import { parseMoment } from "./gateTimestamp.ts";

/** The chunk that a policy will answer with, and how old an observation its caller puts up with. */
export interface ChunkToCome {
  readonly chunkSize: number;
  readonly dimension: number;
  /** Time between two of its steps, in seconds. */
  readonly stepSeconds: number;
  /** Null: as long as the chunk lasts. */
  readonly maxAgeMs: number | null;
}

/** Of a request that is about time: what the robot still does, and when it looked. */
export type Continuation = Pick<ActInput, "capturedAt" | "inferenceDelaySteps" | "previousChunk">;

/**
 * Judges whether a chunk can go on from what the robot is doing, and whether it can come in time. Asked once it
 * is known which policy answers.
 */
export function gateContinuation(input: Continuation, chunk: ChunkToCome, context: GateContext): Finding[] {
  return [
    ...gateLeftOver(input, chunk.dimension),
    ...gateDelay(input.inferenceDelaySteps, chunk.chunkSize),
    ...gateAge(input, chunk, context),
  ];
}

function gateLeftOver({ previousChunk, inferenceDelaySteps }: Continuation, dimension: number): Finding[] {
  if (previousChunk === null) return [];
  const pointer = "/prev_chunk_left_over";
  const findings: Finding[] = [];
  const wrong = previousChunk.findIndex((row) => row.length !== dimension);
  if (wrong >= 0) {
    const detail = `The row has ${previousChunk[wrong]?.length} numbers; the policy's actions have ${dimension}.`;
    findings.push(finding("left_over.wrong_dimension", `${pointer}/${wrong}`, detail));
  }
  const unusable = previousChunk.findIndex((row) => !row.every(Number.isFinite));
  if (unusable >= 0) findings.push(finding("left_over.not_finite", `${pointer}/${unusable}`));
  if (previousChunk.length < (inferenceDelaySteps ?? 0)) {
    const detail = `${previousChunk.length} rows are left, and ${inferenceDelaySteps} will be done.`;
    findings.push(finding("left_over.too_short", pointer, detail));
  }
  return findings;
}

function gateDelay(delaySteps: number | null, chunkSize: number): Finding[] {
  if (delaySteps === null) return [];
  if (Number.isInteger(delaySteps) && delaySteps >= 0 && delaySteps < chunkSize) return [];
  const detail = `Of a chunk of ${chunkSize} steps, 0 to ${chunkSize - 1} may be done before it is there.`;
  return [finding("timestamp.delay_out_of_range", "/inference_delay", detail)];
}

function gateAge(
  { capturedAt }: Continuation,
  { chunkSize, stepSeconds, maxAgeMs }: ChunkToCome,
  { nowMs, limits }: GateContext,
): Finding[] {
  const ageMs = observationAgeMs(capturedAt, nowMs);
  if (ageMs === null) {
    return maxAgeMs === null ? [] : [finding("timestamp.age_without_capture", "/max_age_ms")];
  }
  // Clocks differ by as much in one direction as in the other.
  const allowedMs = maxAgeMs ?? chunkSize * stepSeconds * 1000 + limits.CAPTURED_AT_MAX_AHEAD_MS;
  if (ageMs <= allowedMs) return [];
  const detail = `The observation is ${ageMs} ms old; ${Math.round(allowedMs)} ms are allowed.`;
  return [finding("timestamp.stale_observation", "/captured_at", detail)];
}

/** Age of an observation in milliseconds, negative where its clock runs ahead; null where nobody said. */
export function observationAgeMs(capturedAt: string | null, nowMs: number): number | null {
  if (capturedAt === null) return null;
  const moment = parseMoment(capturedAt);
  return moment.kind === "moment" ? nowMs - moment.ms : null;
}

/** An age just on a step's edge is not to count one more for the sake of its rounding. */
const ROUNDING_STEPS = 1e-6;

/**
 * Steps of a chunk whose time has come before the chunk is answered: its first step belongs to the moment of
 * the observation. Where no moment is known, what the caller expects; null where it expects nothing.
 */
export function delayStepsOf(
  { capturedAt, inferenceDelaySteps }: Continuation,
  stepSeconds: number,
  nowMs: number,
): number | null {
  const ageMs = observationAgeMs(capturedAt, nowMs);
  if (ageMs === null) return inferenceDelaySteps;
  return Math.max(0, Math.ceil(ageMs / 1000 / stepSeconds - ROUNDING_STEPS));
}

/** What is odd about a chunk by the time at which it is answered. */
export function gateElapsed(
  { capturedAt }: Continuation,
  { chunkSize, stepSeconds }: Pick<ChunkToCome, "chunkSize" | "stepSeconds">,
  nowMs: number,
): Finding[] {
  const ageMs = observationAgeMs(capturedAt, nowMs) ?? 0;
  return ageMs < chunkSize * stepSeconds * 1000 ? [] : [finding("timestamp.chunk_elapsed", "/captured_at")];
}
