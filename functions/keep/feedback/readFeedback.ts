import { fromPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Feedback } from "./schema.ts";
import { feedbackOf, readFeedbackRow } from "./showFeedback.ts";
import { selectFeedback } from "./store.ts";

/** One piece of feedback, as the tier that holds now lets it be seen; else not_found. */
export async function readFeedback(
  organizationId: string,
  publicId: string,
  database: Database,
): Promise<Outcome<Feedback, Problem>> {
  const id = fromPublicId("feedback", publicId);
  if (id === null) return failed({ code: "not_found" });
  const found = await findFeedback(organizationId, id, database);
  return found.ok ? done(feedbackOf(found.value)) : found;
}

type FoundFeedback = NonNullable<ReturnType<typeof readFeedbackRow>>;

/** The same as its row. */
export async function findFeedback(
  organizationId: string,
  id: string,
  database: Database,
): Promise<Outcome<FoundFeedback, Problem>> {
  const answer = await database.forOrg(organizationId, [selectFeedback(organizationId, id)]);
  if (!answer.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 2 });
  const row = answer.value[0]?.[0];
  const kept = row === undefined ? null : readFeedbackRow(row);
  return kept === null ? failed({ code: "not_found" }) : done(kept);
}
