import { z } from "zod";
import type { FeedbackRecord } from "../../contracts/feedback.ts";
import { newUuid } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, Random } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Sealed } from "../../contracts/records.ts";
import { storageProblem } from "../../guard/identity/storageProblem.ts";
import { type Incident, selectByContent, storeFeedback } from "./store.ts";

/** What became of feedback: stored; held by an earlier one; or not allowed by the ledger as it is now. */
export type Stored =
  | { readonly kind: "stored" }
  | { readonly kind: "duplicate"; readonly of: string }
  | { readonly kind: "refused" };

export interface WriteFeedbackPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
}

const writtenSchema = z.object({ allowed: z.boolean(), stored: z.boolean() });
const idSchema = z.object({ id: z.string() });

/** Stores sealed feedback, and the incident that a safety report is, in one transaction. */
export async function writeFeedback(
  organizationId: string,
  record: Sealed<FeedbackRecord>,
  madeAtMs: number,
  ports: WriteFeedbackPorts,
): Promise<Outcome<Stored, Problem>> {
  const incident = incidentOf(record, ports);
  const answer = await ports.database.forOrg(organizationId, [
    storeFeedback({ organizationId, record, madeAtMs, incident }),
    // A statement of its own: who stored the same at the same moment shows only after it.
    selectByContent(organizationId, record.contentHash),
  ]);
  if (!answer.ok) return failed(storageProblem(answer.failure));
  const [written, held] = answer.value;
  const { allowed, stored } = writtenSchema.parse(written?.[0]);
  if (stored) return done({ kind: "stored" });
  if (!allowed) return done({ kind: "refused" });
  // Held and already removed again: the caller may just repeat it.
  const earlier = held?.[0];
  if (earlier === undefined) return failed({ code: "conflict" });
  return done({ kind: "duplicate", of: idSchema.parse(earlier).id });
}

/** Rules and circumstances; the id is its own, so that nothing leads from it to a person. */
function incidentOf(record: FeedbackRecord, { clock, random }: WriteFeedbackPorts): Incident | null {
  if (record.type !== "safety_report") return null;
  const ruleIds = [
    `safety_report.${record.body.category ?? "other"}`,
    `severity.${record.severity ?? "low"}`,
  ];
  return { id: newUuid(clock, random), ruleIds };
}
