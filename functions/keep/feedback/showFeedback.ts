import { toPublicId } from "../../contracts/identifiers.ts";
import type { Row } from "../../contracts/ports.ts";
import { reduceFeedback } from "../../guard/seal/sealFeedback.ts";
import { type Feedback, type FeedbackRow, feedbackRowSchema } from "./schema.ts";

const isoTime = (atMs: number): string => new Date(atMs).toISOString();

/** A row as it was kept, cut to the tier that holds now. Null: its subject has withdrawn. */
export function readFeedbackRow(row: Row): (FeedbackRow & KeptFeedback) | null {
  const kept = feedbackRowSchema.parse(row);
  const named = { subjectRef: kept.subject_ref, textState: kept.text_state };
  return reduceFeedback({ ...kept, ...named }, kept.tier_now);
}

interface KeptFeedback {
  readonly subjectRef: string | null;
  readonly textState: FeedbackRow["text_state"];
}

/** Feedback as the API shows it. The subject's digest stays inside. */
export const feedbackOf = (row: FeedbackRow & KeptFeedback): Feedback => ({
  id: toPublicId("feedback", row.id),
  type: row.type,
  created_at: isoTime(row.created_at_ms),
  occurred_at: isoTime(row.occurred_at_ms),
  updated_at: isoTime(row.updated_at_ms),
  version: row.version,
  inference_id: row.inference_id === null ? null : toPublicId("inference", row.inference_id),
  episode_id: row.episode_id,
  model: row.model,
  model_version: row.model_version,
  arm: row.arm,
  robot_type: row.robot_type,
  platform: row.platform,
  consent: {
    tier: row.tier,
    event_id: toPublicId("consentEvent", row.consent_event_id),
    person_free: row.subjectRef === null,
  },
  rating: row.rating,
  success: row.success,
  severity: row.severity,
  triage: row.triage,
  text: row.textState,
  body: row.body,
});
