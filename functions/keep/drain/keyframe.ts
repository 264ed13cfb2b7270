import type { Configuration } from "../../contracts/configuration.ts";
import type { StorableRecord } from "../../contracts/records.ts";

/** Neighboring frames of an episode hardly differ: every n-th gets a vector, a call of its own always. */
export function isKeyframe(
  { metadata: { step, episodeId } }: StorableRecord,
  { KEYFRAME_EVERY_STEPS }: Pick<Configuration, "KEYFRAME_EVERY_STEPS">,
): boolean {
  return episodeId === null || step === null || step % KEYFRAME_EVERY_STEPS === 0;
}
