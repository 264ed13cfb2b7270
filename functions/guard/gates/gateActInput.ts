import { type Finding, finding } from "../../contracts/gates.ts";
import { type CameraImage, isPicture } from "../../contracts/observations.ts";
import type { ActInput, GateContext } from "./actInput.ts";
import { gateImage, gatePixels } from "./gateImage.ts";
import { gateInstruction } from "./gateInstruction.ts";
import { gateRobot } from "./gateRobot.ts";
import { gateState } from "./gateState.ts";
import { gateTimestamp } from "./gateTimestamp.ts";
import { keepableCameras } from "./keepableCameras.ts";

/**
 * Judges the meaning of a request to act whose shape is already parsed. Returns every finding, rejections
 * and warnings, in the order of the registry's gates; decodes no pixel and quotes no text of the caller.
 */
export function gateActInput(input: ActInput, context: GateContext): Finding[] {
  return [
    ...gateRobot(input),
    ...gateInstruction(input.instruction, context.limits),
    ...gateTimestamp(input, context),
    ...gateImages(input.images, context),
    ...gateState(input),
  ];
}

/** A robot without eyes is refused; each camera's picture is judged for itself, and for the room that it finds. */
function gateImages(images: readonly CameraImage[], { limits }: GateContext): Finding[] {
  if (images.length === 0) return gateImage(null, limits);
  const kept = new Set<CameraImage>(keepableCameras(images, limits.RECORD_IMAGES_MAX_BYTES));
  const tooMuch = images.filter((image) => isPicture(image) && !kept.has(image));
  return [
    ...images.flatMap((image) =>
      image.pixels === null
        ? gateImage(image, limits, image.pointer)
        : gatePixels(image.pixels, limits, image.pointer),
    ),
    ...tooMuch.map(({ pointer }) => finding("image.camera_not_kept", pointer)),
  ];
}
