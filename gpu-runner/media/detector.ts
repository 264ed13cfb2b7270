import type { Outcome } from "../protocol/outcome.ts";
import type { ScoredBox } from "./box.ts";
import type { Picture } from "./openPicture.ts";

/** What was found in a picture, and by whom. */
export interface Detection {
  readonly detector: string;
  readonly boxes: readonly ScoredBox[];
}

/** Looks for one kind of region. What it cannot do now is a failure: a picture is not let through half looked at. */
export interface Detector {
  detect(picture: Picture, signal: AbortSignal): Promise<Outcome<Detection>>;
}
