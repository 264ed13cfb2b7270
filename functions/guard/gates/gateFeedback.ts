import type { Finding } from "../../contracts/gates.ts";
import type { FeedbackContext, FeedbackToGate } from "./feedbackInput.ts";
import { gateFeedbackActions } from "./gateFeedbackActions.ts";
import { gateFeedbackText } from "./gateFeedbackText.ts";
import { gateFeedbackTime } from "./gateFeedbackTime.ts";

/** Judges feedback whose shape is parsed and whose exchange is found. Returns every finding. */
export const gateFeedback = (feedback: FeedbackToGate, context: FeedbackContext): Finding[] => [
  ...gateFeedbackTime(feedback, context),
  ...gateFeedbackActions(feedback, context),
  ...gateFeedbackText(feedback.request, context.limits),
];
