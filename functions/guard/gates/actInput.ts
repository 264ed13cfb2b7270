import type { ActionSpace } from "../../contracts/actionSpaces.ts";
import type { Configuration } from "../../contracts/configuration.ts";
import type { CameraImage } from "../../contracts/observations.ts";

/** A request to act, its shape already parsed: what the gates judge. */
export interface ActInput {
  readonly robotType: string | null;
  readonly instruction: string | null;
  /** The primary camera first. */
  readonly images: readonly CameraImage[];
  /** The robot's own numbers, in metres and radians. */
  readonly state: readonly number[] | null;
  readonly actionSpace: ActionSpace | null;
  readonly episodeId: string | null;
  readonly step: number | null;
  /** RFC 3339, as it was sent. */
  readonly capturedAt: string | null;
  readonly environment: string | null;
  /** Steps of the previous chunk that the robot will have done before the answer arrives. */
  readonly inferenceDelaySteps: number | null;
  /** What is left of the previous chunk. */
  readonly previousChunk: readonly (readonly number[])[] | null;
}

/** The settings that gates read. */
export type GateLimits = Pick<
  Configuration,
  | "IMAGE_MAX_BYTES"
  | "IMAGE_MIN_PIXELS"
  | "IMAGE_MAX_PIXELS"
  | "RECORD_IMAGES_MAX_BYTES"
  | "INSTRUCTION_MAX_CHARACTERS"
  | "CAPTURED_AT_MAX_AGE_MS"
  | "CAPTURED_AT_MAX_AHEAD_MS"
>;

export interface GateContext {
  readonly nowMs: number;
  readonly limits: GateLimits;
}
