import type { ActionSpace, ActionUnits, GripperConvention } from "../../contracts/actionSpaces.ts";
import type { Configuration } from "../../contracts/configuration.ts";
import type { FeedbackRequest } from "../../contracts/feedbackRequest.ts";

/** What feedback is about, as far as its gates look at it: an exchange, or an episode by its newest one. */
export interface FeedbackAbout {
  /** When the exchange, or the first one of the episode, was made. */
  readonly madeAtMs: number;
  readonly robotType: string;
  readonly actionSpace: ActionSpace;
  readonly units: ActionUnits;
  readonly gripperConvention: GripperConvention;
  readonly chunkSize: number;
  /** Greatest step of the episode that is known; null where none was sent. */
  readonly lastStep: number | null;
  /** The chunk as it was served, and where the robot was; null where they are not kept. */
  readonly served: readonly (readonly number[])[] | null;
  readonly state: readonly number[] | null;
}

export interface FeedbackToGate {
  readonly request: FeedbackRequest;
  readonly about: FeedbackAbout;
}

/** The settings that the gates of feedback read. */
export type FeedbackLimits = Pick<
  Configuration,
  "FEEDBACK_TEXT_MAX_CHARACTERS" | "CAPTURED_AT_MAX_AHEAD_MS" | "ACT_SAFETY_SCORE_MIN"
>;

export interface FeedbackContext {
  readonly nowMs: number;
  readonly limits: FeedbackLimits;
}
