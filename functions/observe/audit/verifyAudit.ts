import { z } from "zod";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database, DatabaseFailure, ObjectStoreFailure } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { type AnchorPorts, listAnchors, readAnchor, readLatestAnchor, type StoredAnchor } from "./anchors.ts";
import { earliest } from "./earliest.ts";
import type { AuditAnchor, AuditBreak, AuditVerification } from "./schema.ts";
import { selectAuditHash } from "./store.ts";
import { type Walk, walkChain } from "./walkChain.ts";

export interface VerifyAuditPorts extends AnchorPorts {
  readonly database: Database;
}

type Away = DatabaseFailure | ObjectStoreFailure;

const hashRowSchema = z.object({ hash: z.string() });
const AWAY: Problem = { code: "storage_unavailable", retryAfterSeconds: 2 };

/**
 * Verifies an organization's audit log: every link, the numbers, the head, and the latest anchor with its
 * signature. Never says intact while a part that it has to ask is away (`storage_unavailable`).
 */
export async function verifyAudit(
  organizationId: string,
  ports: VerifyAuditPorts,
): Promise<Outcome<AuditVerification, Problem>> {
  // The anchor first: the log may grow meanwhile, but never behind what was anchored before.
  const stored = await readLatestAnchor(organizationId, ports);
  if (!stored.ok) return failed(AWAY);
  const walk = await walkChain(organizationId, null, ports.database);
  if (!walk.ok) return failed(AWAY);
  const contradicted = await againstAnchor(organizationId, stored.value, walk.value, ports);
  if (!contradicted.ok) return failed(AWAY);

  const broken = earliest([walk.value.broken, contradicted.value]);
  return done({
    intact: broken === null,
    entries: walk.value.entries,
    head: walk.value.head,
    anchored: stored.value.kind === "signed" ? shown(stored.value) : null,
    broken,
  });
}

const shown = ({ anchor, jws }: Extract<StoredAnchor, { kind: "signed" }>) => ({
  seq: anchor.seq,
  hash: anchor.hash,
  at: anchor.at,
  jws,
});

/** What an anchor says against a chain that may be sound in itself. */
async function againstAnchor(
  organizationId: string,
  stored: StoredAnchor,
  walk: Walk,
  ports: VerifyAuditPorts,
): Promise<Outcome<AuditBreak | null, Away>> {
  if (stored.kind === "forged") return done({ seq: Math.max(1, walk.anchoredSeq), kind: "anchor" });
  if (stored.kind === "none")
    return done(walk.anchoredSeq === 0 ? null : { seq: walk.anchoredSeq, kind: "anchor" });
  const { anchor } = stored;
  const lastSeq = walk.last?.seq ?? 0;
  if (walk.broken === null && anchor.seq > lastSeq) return done({ seq: lastSeq + 1, kind: "cut" });
  const held = await holds(organizationId, anchor, ports.database);
  if (!held.ok) return held;
  return held.value === false ? await firstContradicted(organizationId, ports) : done(null);
}

/** Whether the log holds the anchored entry as it was anchored; null where it has no such entry at all. */
async function holds(
  organizationId: string,
  anchor: AuditAnchor,
  database: Database,
): Promise<Outcome<boolean | null, DatabaseFailure>> {
  const answer = await database.forOrg(organizationId, [selectAuditHash(organizationId, anchor.seq)]);
  if (!answer.ok) return answer;
  const row = answer.value[0]?.[0];
  return done(row === undefined ? null : hashRowSchema.parse(row).hash === anchor.hash);
}

/**
 * Where a chain was rewritten, every anchor from there on contradicts it and every one before agrees: halving
 * finds the first that contradicts. The rewriting began behind the last that agrees.
 */
async function firstContradicted(
  organizationId: string,
  ports: VerifyAuditPorts,
): Promise<Outcome<AuditBreak | null, Away>> {
  const keys = await listAnchors(organizationId, ports.objectStore);
  if (!keys.ok) return keys;
  let vouchedSeq = 0;
  let firstSeq: number | null = null;
  let low = 0;
  let high = keys.value.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const stored = await readAnchor(organizationId, keys.value[middle] ?? "", ports);
    if (!stored.ok) return stored;
    const held =
      stored.value.kind === "signed"
        ? await holds(organizationId, stored.value.anchor, ports.database)
        : done(null);
    if (!held.ok) return held;
    if (held.value === true && stored.value.kind === "signed") {
      vouchedSeq = stored.value.anchor.seq;
      low = middle + 1;
    } else {
      firstSeq = stored.value.kind === "signed" ? stored.value.anchor.seq : firstSeq;
      high = middle;
    }
  }
  return done({ seq: firstSeq ?? vouchedSeq + 1, kind: "rewritten", vouched_seq: vouchedSeq });
}
