import { toPublicId } from "../../contracts/identifiers.ts";
import { done, type Outcome } from "../../contracts/outcome.ts";
import type { ObjectStore, ObjectStoreFailure, Signer } from "../../contracts/ports.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { type AuditAnchor, auditAnchorSchema } from "./schema.ts";

export interface AnchorPorts {
  readonly objectStore: ObjectStore;
  readonly signer: Signer;
}

/** What lies in the object store where an anchor should be. */
export type StoredAnchor =
  | { readonly kind: "none" }
  | { readonly kind: "forged" }
  | { readonly kind: "signed"; readonly anchor: AuditAnchor; readonly jws: string };

/** Wide enough that names sort as their numbers do. */
const SEQ_DIGITS = 15;
const CONTENT_TYPE = "application/jose";
const TYPE = "headgate-audit-anchor";

const latestKey = (organizationId: string): string => `audit/${organizationId}/latest`;
const anchorKey = (organizationId: string, seq: number): string =>
  `audit/${organizationId}/${String(seq).padStart(SEQ_DIGITS, "0")}.jws`;

/**
 * Signs that an organization's audit chain held this entry, and puts that where whoever edits tables does not
 * reach: once under the number of the entry, for ever, and once as the latest.
 */
export async function putAnchor(
  organizationId: string,
  head: Pick<AuditAnchor, "seq" | "hash" | "at">,
  { objectStore, signer }: AnchorPorts,
): Promise<Outcome<undefined, ObjectStoreFailure>> {
  const { seq, hash, at } = head;
  const anchor: AuditAnchor = { organization: toPublicId("organization", organizationId), seq, hash, at };
  const body = utf8(await signer.sign(TYPE, { ...anchor }));
  const put = await objectStore.put(anchorKey(organizationId, seq), body, CONTENT_TYPE);
  return put.ok ? await objectStore.put(latestKey(organizationId), body, CONTENT_TYPE) : put;
}

/** The anchor that was put last. */
export const readLatestAnchor = (
  organizationId: string,
  ports: AnchorPorts,
): Promise<Outcome<StoredAnchor, ObjectStoreFailure>> =>
  readAnchor(organizationId, latestKey(organizationId), ports);

/** One anchor by the name that `listAnchors` gave. */
export async function readAnchor(
  organizationId: string,
  key: string,
  { objectStore, signer }: AnchorPorts,
): Promise<Outcome<StoredAnchor, ObjectStoreFailure>> {
  const stored = await objectStore.get(key);
  if (!stored.ok) return stored;
  if (stored.value === null) return done({ kind: "none" });
  const jws = new TextDecoder().decode(stored.value);
  const parsed = auditAnchorSchema.safeParse(await signer.verify(TYPE, jws));
  const isOurs = parsed.success && parsed.data.organization === toPublicId("organization", organizationId);
  return done(isOurs ? { kind: "signed", anchor: parsed.data, jws } : { kind: "forged" });
}

/** Names of all anchors of an organization, oldest first. */
export async function listAnchors(
  organizationId: string,
  objectStore: ObjectStore,
): Promise<Outcome<string[], ObjectStoreFailure>> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await objectStore.list(`audit/${organizationId}/`, cursor);
    if (!page.ok) return page;
    keys.push(...page.value.keys.filter((key) => key.endsWith(".jws")));
    cursor = page.value.cursor ?? undefined;
  } while (cursor !== undefined);
  return done(keys.sort());
}
