/** Feedback of which the gates find nothing, for the tests of this room to spoil. */
import { feedbackRequestSchema } from "../../contracts/feedbackRequest.ts";
import type { Finding } from "../../contracts/gates.ts";
import { testConfiguration } from "../leases/testWorld.ts";
import type { FeedbackAbout, FeedbackContext } from "./feedbackInput.ts";
import { gateFeedback } from "./gateFeedback.ts";

const MADE_AT = "2026-03-01T12:00:00.000Z";

export const sampleChunk = [
  [0.01, 0, 0, 0, 0, 0, 1],
  [0.02, 0, 0, 0, 0, 0, 1],
];

export const sampleAbout: FeedbackAbout = {
  madeAtMs: Date.parse(MADE_AT),
  robotType: "franka",
  actionSpace: "ee_delta",
  units: "metric",
  gripperConvention: "zero_closed_one_open",
  chunkSize: 8,
  lastStep: 30,
  served: null,
  state: null,
};

const context: FeedbackContext = { nowMs: Date.parse(MADE_AT) + 1000, limits: testConfiguration() };

/** What the gates find in a comment of nothing wrong, changed like this. */
export function findingsOfFeedback(
  change: Readonly<Record<string, unknown>>,
  about: Partial<FeedbackAbout> = {},
): Finding[] {
  const plain = change.type === undefined ? { type: "thumbs", thumbs: "up" } : {};
  const request = feedbackRequestSchema.parse({ inference_id: "inf_1", ...plain, ...change });
  return gateFeedback({ request, about: { ...sampleAbout, ...about } }, context);
}

export const rulesOfFeedback = (change: Readonly<Record<string, unknown>>): string[] =>
  findingsOfFeedback(change).map(({ rule }) => rule);
