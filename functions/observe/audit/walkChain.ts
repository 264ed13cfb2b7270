import { done, type Outcome } from "../../contracts/outcome.ts";
import type { Database, DatabaseFailure } from "../../contracts/ports.ts";
import type { AuditBreak, AuditHead } from "./schema.ts";
import { auditPageSchema, checkAuditPage } from "./store.ts";

/** What the database itself finds in a chain, walked in SQL a page at a time. */
export interface Walk {
  readonly entries: number;
  /** The last entry that was judged; null where there is none behind the start. */
  readonly last: AuditHead | null;
  /** What `audit_heads` says, read in the same moment as the last page. */
  readonly head: AuditHead | null;
  readonly anchoredSeq: number;
  readonly broken: AuditBreak | null;
}

/** Entries that one statement judges well within its deadline. */
export const PAGE_ENTRIES = 5000;

/** Walks an organization's chain from behind an entry (null: from its start) to its end, or to its first break. */
export async function walkChain(
  organizationId: string,
  from: AuditHead | null,
  database: Database,
  pageEntries = PAGE_ENTRIES,
): Promise<Outcome<Walk, DatabaseFailure>> {
  let last = from;
  let entries = 0;
  for (;;) {
    const statement = checkAuditPage(last?.seq ?? 0, last?.hash ?? "", pageEntries);
    const answer = await database.forOrg(organizationId, [statement]);
    if (!answer.ok) return answer;
    const page = auditPageSchema.parse(answer.value[0]?.[0]);
    const { broken_seq: seq, broken_kind: kind } = page;
    entries += page.entries;
    last = headOf(page.last_seq, page.last_hash) ?? last;
    const broken = seq === null || kind === null ? null : { seq, kind };
    if (broken === null && page.entries >= pageEntries) continue;
    const head = headOf(page.head_seq, page.head_hash);
    return done({
      entries,
      last,
      head,
      anchoredSeq: page.anchored_seq ?? 0,
      broken: broken ?? endOf(last, head),
    });
  }
}

const headOf = (seq: number | null, hash: string | null): AuditHead | null =>
  seq === null || hash === null ? null : { seq, hash };

/** Whether a chain that is sound in itself ends where its head says. */
function endOf(last: AuditHead | null, head: AuditHead | null): AuditBreak | null {
  if (last !== null && head === null) return { seq: last.seq, kind: "head" };
  const lastSeq = last?.seq ?? 0;
  const headSeq = head?.seq ?? 0;
  if (lastSeq < headSeq) return { seq: lastSeq + 1, kind: "cut" };
  if (lastSeq > headSeq) return { seq: headSeq + 1, kind: "inserted" };
  return last?.hash === head?.hash ? null : { seq: lastSeq, kind: "altered" };
}
