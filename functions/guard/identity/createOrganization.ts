import type { SQL } from "drizzle-orm";
import { newUuid, toPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { DatabaseFailure } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { ROLES, type Scope } from "../../contracts/scopes.ts";
import type { ConsentTier, LegalBasis } from "../../contracts/tiers.ts";
import { newConsentEvent } from "../consent/consentEvent.ts";
import { writeConsent } from "../consent/store.ts";
import { PERSON_FREE } from "../consent/subjectDigest.ts";
import type { Actor } from "./actor.ts";
import { commitAndRead } from "./commitAndRead.ts";
import { type CreateKeyPorts, newKey, plainKey } from "./createKey.ts";
import { keyOf, keyRowSchema, selectKey } from "./keyRow.ts";
import { organizationOf, selectOrganization } from "./organizationRow.ts";
import type { Organization } from "./organizationSchema.ts";
import type { CreatedKey } from "./schema.ts";
import { storageProblem } from "./storageProblem.ts";
import { appendAudit, auditElsewhere, insertOrganization } from "./store.ts";

export interface CreateOrganizationRequest {
  /** The UUID; absent: a new one. */
  readonly id?: string;
  readonly name: string;
  readonly slug: string;
  readonly ratePerSecond?: number | undefined;
  readonly quotaPerMonth?: number | undefined;
  readonly concurrency?: number | undefined;
  /** Tier of the organization's person-free streams, and the ground on which it is declared; absent: `none`. */
  readonly personFree?: { readonly tier: ConsentTier; readonly legalBasis: LegalBasis } | undefined;
  /** What the first key may do; absent: all that an administrator of the organization may. */
  readonly firstKey?: { readonly name: string; readonly scopes: readonly Scope[] };
  /** The organization of whoever founds this one: its audit log tells of it too. */
  readonly foundedFrom?: string;
}

export interface CreatedOrganization {
  /** The UUID; the public id wears the prefix `org_`. */
  readonly id: string;
  readonly publicId: string;
  readonly organization: Organization;
  /** The first key, shown this once. */
  readonly key: CreatedKey;
}

const ADMIN_KEY = { name: "admin", scopes: ROLES.admin };
const SLUG_RULE = "organizations_slug_unique";

/**
 * Founds an organization in this cell: its row, its first key, its first consent event where a tier is declared,
 * and the audit entries, all or nothing. What the founder may do says nothing about the first key: it is the
 * new organization's own. A taken slug is a `conflict`.
 */
export async function createOrganization(
  request: CreateOrganizationRequest,
  actor: Actor,
  ports: CreateKeyPorts,
): Promise<Outcome<CreatedOrganization, Problem>> {
  const id = request.id ?? newUuid(ports.clock, ports.random);
  const nowMs = ports.clock.now();
  const { name, scopes } = request.firstKey ?? ADMIN_KEY;
  const first = await newKey(id, plainKey(name, scopes), actor, ports);
  const written = await commitAndRead(
    ports.database,
    id,
    [...foundingOf(id, request, actor, ports), ...first.writes],
    [selectKey(first.secret.id), ...selectOrganization(id, new Date(nowMs).toISOString())],
  );
  if (!written.ok) return failed(foundingProblem(written.failure));
  const [key, ...organization] = written.value;
  return done({
    id,
    publicId: toPublicId("organization", id),
    organization: organizationOf(organization),
    key: { ...keyOf(keyRowSchema.parse(key), nowMs), key: first.secret.text },
  });
}

function foundingOf(
  id: string,
  request: CreateOrganizationRequest,
  actor: Actor,
  ports: CreateKeyPorts,
): SQL[] {
  const { personFree, foundedFrom } = request;
  const { CELL: cell } = ports.configuration;
  const entry = appendAudit(actor.id, "organization.create", toPublicId("organization", id), {
    cell,
    person_free_tier: personFree?.tier ?? "none",
    legal_basis: personFree?.legalBasis ?? null,
  });
  const declaration = personFree && { ...personFree, actor: actor.id };
  return [
    insertOrganization({
      id,
      name: request.name,
      slug: request.slug,
      cell,
      ratePerSecond: request.ratePerSecond ?? null,
      quotaPerMonth: request.quotaPerMonth ?? null,
      concurrency: request.concurrency ?? null,
      createdAt: new Date(ports.clock.now()).toISOString(),
    }),
    ...(declaration ? [writeConsent(newConsentEvent(id, PERSON_FREE, declaration, ports))] : []),
    entry,
    ...(foundedFrom === undefined ? [] : auditElsewhere(foundedFrom, id, entry)),
  ];
}

function foundingProblem(failure: DatabaseFailure): Problem {
  const taken = failure.kind === "constraint" && failure.constraint === SLUG_RULE;
  if (!taken) return storageProblem(failure);
  return {
    code: "conflict",
    errors: [{ pointer: "/slug", detail: "another organization of this cell has this slug" }],
  };
}
