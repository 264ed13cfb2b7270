import { fromPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Actor } from "../../guard/identity/actor.ts";
import { storageProblem } from "../../guard/identity/storageProblem.ts";
import type { DeletedFeedback } from "./schema.ts";
import { deleteFeedback } from "./store.ts";

/**
 * Removes one piece of feedback for good, a withdrawn subject's too; audited in the same transaction. The
 * incident that a safety report left names nobody and stays.
 */
export async function removeFeedback(
  organizationId: string,
  publicId: string,
  actor: Actor,
  database: Database,
): Promise<Outcome<DeletedFeedback, Problem>> {
  const id = fromPublicId("feedback", publicId);
  if (id === null) return failed({ code: "not_found" });
  const audit = { actor: actor.id, action: "feedback.delete", target: publicId, detail: {} };
  const removed = await database.forOrg(organizationId, [deleteFeedback(organizationId, id, audit)]);
  if (!removed.ok) return failed(storageProblem(removed.failure));
  if (removed.value[0]?.[0] === undefined) return failed({ code: "not_found" });
  return done({ id: publicId, deleted: true });
}
