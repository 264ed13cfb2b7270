import { TRIAGE_TRANSITIONS } from "../../contracts/feedback.ts";
import { fromPublicId } from "../../contracts/identifiers.ts";
import { failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { FeedbackLimits } from "../../guard/gates/feedbackInput.ts";
import { gateFeedbackText } from "../../guard/gates/gateFeedbackText.ts";
import { problemOfFindings } from "../../guard/gates/problemOfFindings.ts";
import type { Actor } from "../../guard/identity/actor.ts";
import { storageProblem } from "../../guard/identity/storageProblem.ts";
import { sealFeedbackChange } from "../../guard/seal/sealFeedback.ts";
import { findFeedback, readFeedback } from "./readFeedback.ts";
import type { ChangeFeedback, Feedback, FeedbackRow } from "./schema.ts";
import { updateFeedback } from "./store.ts";

export interface ChangeFeedbackPorts {
  readonly clock: Clock;
  readonly database: Database;
  readonly configuration: Pick<FeedbackLimits, "FEEDBACK_TEXT_MAX_CHARACTERS">;
}

/**
 * Moves a safety report on in its triage (scope feedback:triage), or puts a rating right, of the version that
 * the caller has read; audited in the same transaction. Problems: not_found, missing_scope, invalid_request,
 * conflict (another version, or a step that the triage does not have), gate_instruction, storage_unavailable.
 */
export async function changeFeedback(
  organizationId: string,
  publicId: string,
  request: ChangeFeedback,
  actor: Actor,
  ports: ChangeFeedbackPorts,
): Promise<Outcome<Feedback, Problem>> {
  const { clock, database } = ports;
  if (request.triage !== undefined && !actor.scopes.includes("feedback:triage"))
    return failed({ code: "missing_scope", detail: "The triage of safety reports needs feedback:triage." });
  const id = fromPublicId("feedback", publicId);
  if (id === null) return failed({ code: "not_found" });
  const found = await findFeedback(organizationId, id, database);
  if (!found.ok) return found;
  const refused = judge(request, found.value, ports);
  if (refused !== null) return failed(refused);

  const { triage = null, rating = null, note = null } = request;
  const change = sealFeedbackChange({ triage, rating, note }, found.value);
  const action = triage === null ? "feedback.correct" : "feedback.triage";
  const detail =
    triage === null
      ? { from: found.value.rating, to: rating }
      : { from: found.value.triage, to: triage, note: change.noteState };
  const written = await database.forOrg(organizationId, [
    updateFeedback({
      organizationId,
      id,
      version: request.version,
      tier: found.value.tier,
      change,
      nowMs: clock.now(),
      audit: { actor: actor.id, action, target: publicId, detail },
    }),
  ]);
  if (!written.ok) return failed(storageProblem(written.failure));
  // Somebody else was quicker, or the ledger was.
  if (written.value[0]?.[0] === undefined) return failed({ code: "conflict" });
  return await readFeedback(organizationId, publicId, database);
}

/** Whether this change fits this feedback as it stands. */
function judge(request: ChangeFeedback, kept: FeedbackRow, ports: ChangeFeedbackPorts): Problem | null {
  if (request.rating !== undefined && kept.type !== "rating")
    return wrong("/rating", `A ${kept.type} has no rating.`);
  if (request.triage !== undefined && kept.triage === null)
    return wrong("/triage", `A ${kept.type} has no triage; a safety report does.`);
  const findings =
    request.note === undefined ? [] : gateFeedbackText({ note: request.note }, ports.configuration);
  if (findings.length > 0) return problemOfFindings(findings);
  if (request.version !== kept.version) return staleVersion(kept.version);
  if (request.triage === undefined || kept.triage === null) return null;
  const open = TRIAGE_TRANSITIONS[kept.triage];
  if (open.includes(request.triage)) return null;
  const next = open.length === 0 ? "is where it ends" : `may become ${open.join(" or ")}`;
  return { code: "conflict", errors: [{ pointer: "/triage", detail: `\`${kept.triage}\` ${next}.` }] };
}

const wrong = (pointer: string, detail: string): Problem => ({
  code: "invalid_request",
  errors: [{ pointer, detail }],
});

const staleVersion = (version: number): Problem => ({
  code: "conflict",
  errors: [{ pointer: "/version", detail: `The feedback has version ${version}.` }],
});
