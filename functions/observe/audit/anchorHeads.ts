import { z } from "zod";
import type { Meter } from "../../contracts/metrics.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Logger } from "../logs.ts";
import { type AnchorPorts, putAnchor, readLatestAnchor } from "./anchors.ts";
import { noteAuditAnchor, unanchoredOrganizations } from "./store.ts";
import type { VerifyAuditPorts } from "./verifyAudit.ts";
import { walkChain } from "./walkChain.ts";

export interface AnchorHeadsPorts extends AnchorPorts, VerifyAuditPorts {
  readonly clock: Clock;
  readonly meter: Meter;
  readonly logger: Logger;
}

/** Organizations looked at in one run; the rest waits five minutes. */
const ORGANIZATIONS_PER_RUN = 200;

const organizationSchema = z.object({ id: z.string() });

type Anchoring = "anchored" | "broken" | "away";

/**
 * Anchors every audit log that has moved. A chain that no longer carries on from its last anchor is not anchored
 * again: signing it would cover what was done to it.
 */
export async function anchorHeads(ports: AnchorHeadsPorts): Promise<void> {
  const { database, meter, logger } = ports;
  const waiting = await database.platform(unanchoredOrganizations(ORGANIZATIONS_PER_RUN));
  if (!waiting.ok) {
    logger.warn("dependency_failed", { part: "postgres", failureKind: waiting.failure.kind });
    return;
  }
  for (const row of waiting.value) {
    const { id } = organizationSchema.parse(row);
    const outcome = await anchorHead(id, ports);
    meter.count("headgate_audit_anchors_total", { outcome });
    if (outcome === "broken") logger.error("audit_chain_broken", { organizationId: id });
  }
}

/** Anchors one organization's head, if the chain from its last anchor to there is sound. */
async function anchorHead(organizationId: string, ports: AnchorHeadsPorts): Promise<Anchoring> {
  const stored = await readLatestAnchor(organizationId, ports);
  if (!stored.ok) return "away";
  if (stored.value.kind === "forged") return "broken";
  const from = stored.value.kind === "signed" ? stored.value.anchor : null;
  const walk = await walkChain(organizationId, from, ports.database);
  if (!walk.ok) return "away";
  const { broken, head, anchoredSeq } = walk.value;
  const isLost = stored.value.kind === "none" && anchoredSeq > 0;
  if (broken !== null || head === null || isLost) return "broken";

  const at = new Date(ports.clock.now()).toISOString();
  const put = await putAnchor(organizationId, { ...head, at }, ports);
  if (!put.ok) return "away";
  const noted = await ports.database.forOrg(organizationId, [noteAuditAnchor(head.seq)]);
  return noted.ok ? "anchored" : "away";
}
