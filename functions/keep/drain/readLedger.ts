import { z } from "zod";
import { done, type Outcome } from "../../contracts/outcome.ts";
import type { Database, DatabaseFailure } from "../../contracts/ports.ts";
import { type ConsentTier, consentTierSchema } from "../../contracts/tiers.ts";
import { readLedger as readLedgerSql } from "../records/store.ts";

/** What the ledger says of one stream at this moment. */
export interface LedgerLine {
  readonly tier: ConsentTier;
  /** Hex; null when there never was one, or when it was destroyed with the data it protects. */
  readonly keySeed: string | null;
}

const rowSchema = z.object({
  subject_ref: z.string(),
  tier: consentTierSchema,
  key_seed: z.string().nullable(),
});

const UNKNOWN: LedgerLine = { tier: "none", keySeed: null };

/** Reads the ledger anew for these streams; whoever it does not know is `none`. */
export async function readLedger(
  database: Database,
  organizationId: string,
  subjectRefs: readonly string[],
): Promise<Outcome<(subjectRef: string) => LedgerLine, DatabaseFailure>> {
  const answer = await database.forOrg(organizationId, [
    readLedgerSql(organizationId, [...new Set(subjectRefs)]),
  ]);
  if (!answer.ok) return answer;
  const rows = (answer.value[0] ?? []).map((row) => rowSchema.parse(row));
  const lines = new Map(rows.map((row) => [row.subject_ref, { tier: row.tier, keySeed: row.key_seed }]));
  return done((subjectRef) => lines.get(subjectRef) ?? UNKNOWN);
}
