import type { Finding } from "../../contracts/gates.ts";
import type { CameraImage } from "../../contracts/observations.ts";
import type { ActInput, GateContext } from "./actInput.ts";
import { gateImage } from "./gateImage.ts";
import { gateInstruction } from "./gateInstruction.ts";
import { gateRobot } from "./gateRobot.ts";
import { gateState } from "./gateState.ts";
import { gateTimestamp } from "./gateTimestamp.ts";

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

/** A robot without eyes is refused; each camera's picture is judged for itself. */
const gateImages = (images: readonly CameraImage[], { limits }: GateContext): Finding[] =>
  images.length === 0
    ? gateImage(null, limits)
    : images.flatMap((image) => gateImage(image, limits, image.pointer));
