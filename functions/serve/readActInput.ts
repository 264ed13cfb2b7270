import { type CameraImage, PRIMARY_CAMERA } from "../contracts/observations.ts";
import type { ActInput } from "../guard/gates/actInput.ts";
import { decodeImageField } from "../guard/gates/decodeImageField.ts";
import type { KeyDefaults } from "../guard/identity/schema.ts";
import type { ActOptions } from "./actContext.ts";
import type { ActRequest } from "./schema.ts";

/**
 * The request as the gates read it: the key's defaults filled in; images decoded from their text, where they did
 * not come beside it.
 */
export function readActInput(
  request: ActRequest,
  defaults: KeyDefaults,
  images: readonly CameraImage[] = readImages(request),
): ActInput {
  return {
    robotType: request.robot_type ?? defaults.robotType ?? null,
    instruction: request.instruction,
    images,
    state: request.state ?? null,
    actionSpace: request.action_space ?? null,
    episodeId: request.episode_id ?? null,
    step: request.step ?? null,
    capturedAt: request.captured_at ?? null,
    environment: request.environment ?? null,
    inferenceDelaySteps: request.inference_delay ?? null,
    previousChunk: request.prev_chunk_left_over ?? null,
  };
}

/** How the request wants to be served. */
export const readActOptions = (request: ActRequest): ActOptions => ({
  model: request.model ?? null,
  deadlineMs: request.deadline_ms ?? null,
  maxAgeMs: request.max_age_ms ?? null,
  dryRun: request.dry_run === true,
  recordRequired: request.record === "required",
});

/** `image` is the primary camera; beside it, or for it, those of `images`. */
function readImages({ image, images = {} }: ActRequest): CameraImage[] {
  const cameras = Object.entries(images).map(([camera, text]): CameraImage => {
    const pointer = `/images/${camera.replaceAll("/", "~1")}`;
    return { camera, pointer, pixels: null, ...decodeImageField(text) };
  });
  const first = image === undefined ? [] : [primary(image)];
  return [...first, ...cameras.toSorted((a, b) => rank(a) - rank(b))];
}

const primary = (text: string): CameraImage => ({
  camera: PRIMARY_CAMERA,
  pointer: "/image",
  pixels: null,
  ...decodeImageField(text),
});

const rank = ({ camera }: CameraImage): number => (camera === PRIMARY_CAMERA ? 0 : 1);
