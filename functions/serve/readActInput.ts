import type { ActInput } from "../guard/gates/actInput.ts";
import { decodeImageField } from "../guard/gates/decodeImageField.ts";
import type { KeyDefaults } from "../guard/identity/schema.ts";
import type { ActRequest } from "./schema.ts";

/** The request as the gates read it: the key's defaults filled in, the image decoded from its text. */
export function readActInput(request: ActRequest, defaults: KeyDefaults): ActInput {
  const image = request.image ?? request.images?.primary;
  return {
    robotType: request.robot_type ?? defaults.robotType ?? null,
    instruction: request.instruction,
    image: image === undefined ? null : decodeImageField(image),
    state: request.state ?? null,
    actionSpace: request.action_space ?? null,
    episodeId: request.episode_id ?? null,
    step: request.step ?? null,
    capturedAt: request.captured_at ?? null,
    environment: request.environment ?? null,
  };
}
