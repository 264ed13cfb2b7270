import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { KeyValue, Random } from "../../contracts/ports.ts";
import { toHex } from "../../contracts/toHex.ts";
import type { Subject } from "../consent/subjectDigest.ts";
import type { AdmissionFacts, OrganizationLimits, TierFacts } from "./facts.ts";
import { flatten } from "./flatten.ts";
import { PUBLISH_ENTRY, RAISE_FENCE } from "./lua.ts";
import {
  keyEntry,
  keyFence,
  organizationEntry,
  organizationFence,
  subjectName,
  tierEntry,
  tierFence,
} from "./redisKeys.ts";

/** How long Redis repeats what Postgres said. */
export const FACTS_TTL_MS = 86_400_000;
/** How long a fence stands whose owner died; longer than any read of Postgres takes to arrive. */
const FENCE_MS = 60_000;

/** An entry in Redis and the fence round it. */
export interface Entry {
  readonly key: string;
  readonly fence: string;
  /** Where Postgres knows the entry by a name that does not tell its key: that name, and what Redis keeps under it. */
  readonly name?: { readonly key: string; readonly value: string };
}

export const entryOfKey = (keyId: string): Entry => ({ key: keyEntry(keyId), fence: keyFence(keyId) });
export const entryOfTier = (organizationId: string, { digest, ref }: Subject): Entry => ({
  key: tierEntry(organizationId, digest),
  fence: tierFence(organizationId, digest),
  name: { key: subjectName(organizationId, ref), value: digest },
});
/**
 * The limits of an organization lie in an entry of their own, which the lease script reads beside the key's: a
 * change is one write, however many keys there are, and none can be missed. Nobody raises the fence: limits
 * that a change which died half-way left as they were harm nobody, and the schedule repeats what was committed.
 */
export const entryOfOrganization = (organizationId: string): Entry => ({
  key: organizationEntry(organizationId),
  fence: organizationFence(organizationId),
});

/** The fields of a key's entry, as the lease script reads them. */
export const keyFields = ({
  key,
  stored,
}: Pick<AdmissionFacts, "key" | "stored">): Record<string, string | number> => ({
  secret: `${stored.pepperVersion}:${stored.digest}`,
  organization: key.organizationId,
  revoked: key.revoked ? 1 : 0,
  expires: key.expiresAtMs ?? "",
  scopes: `,${key.scopes.join(",")},`,
  rate: key.ratePerSecond ?? "",
  quota: key.quotaPerMonth ?? "",
  slots: key.concurrency ?? "",
  subject: key.defaults.subjectDigest ?? "",
  facts: JSON.stringify(key),
});

/** The fields of an organization's entry, as the lease script reads them. */
export const organizationFields = (
  limits: Omit<OrganizationLimits, "version">,
): Record<string, string | number> => ({
  rate: limits.ratePerSecond ?? "",
  quota: limits.quotaPerMonth ?? "",
  slots: limits.concurrency ?? "",
});

/** The fields of a tier's entry, as the lease script reads them. */
export const tierFields = ({ tier, eventId, keySeed }: TierFacts): Record<string, string | number> => ({
  tier,
  event: eventId ?? "",
  seed: keySeed ?? "",
});

/**
 * Closes an entry before Postgres is changed: a fenced key is revoked, a fenced subject's tier is `none`.
 * Should the change die half-way, the fence falls after a minute and Postgres is read anew. Answers the token
 * that lowers this fence.
 */
export async function raiseFence(
  keyValue: KeyValue,
  random: Random,
  entry: Entry,
): Promise<Outcome<string, "away">> {
  const token = toHex(random.bytes(16));
  const raised = await keyValue.run(RAISE_FENCE, [entry.key, entry.fence], flatten({ token, ttl: FENCE_MS }));
  return raised.ok ? done(token) : failed("away");
}

/** Publishes what Postgres holds after a change, and lowers the fence of that token ('' where none was raised). */
export async function publishEntry(
  keyValue: KeyValue,
  entry: Entry,
  token: string,
  version: number,
  fields: Readonly<Record<string, string | number>>,
): Promise<Outcome<undefined, "away">> {
  const named = Object.fromEntries(Object.entries(fields).map(([name, value]) => [`field:${name}`, value]));
  const { key, fence, name } = entry;
  const published = await keyValue.run(
    PUBLISH_ENTRY,
    name === undefined ? [key, fence] : [key, fence, name.key],
    flatten({ token, version, ttl: FACTS_TTL_MS, named: name?.value ?? "", ...named }),
  );
  return published.ok ? done(undefined) : failed("away");
}
