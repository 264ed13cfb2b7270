import type { Configuration } from "../../contracts/configuration.ts";
import { newUuid, toPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, Random } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { ConsentTier, LegalBasis } from "../../contracts/tiers.ts";
import { newConsentEvent } from "../consent/consentEvent.ts";
import { writeConsent } from "../consent/store.ts";
import { PERSON_FREE } from "../consent/subjectDigest.ts";
import type { Actor } from "./actor.ts";
import { storageProblem } from "./storageProblem.ts";
import { appendAudit, insertOrganization } from "./store.ts";

export interface CreateOrganizationPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly configuration: Configuration;
}

export interface CreateOrganizationRequest {
  readonly name: string;
  readonly slug: string;
  readonly ratePerSecond?: number;
  readonly quotaPerMonth?: number;
  readonly concurrency?: number;
  /** Tier of the organization's person-free streams, and the ground on which it is declared; absent: `none`. */
  readonly personFree?: { readonly tier: ConsentTier; readonly legalBasis: LegalBasis };
}

export interface CreatedOrganization {
  /** The UUID; the public id wears the prefix `org_`. */
  readonly id: string;
  readonly publicId: string;
}

/** Founds an organization in this cell, with its first consent event where a tier is declared. A taken slug is a `conflict`. */
export async function createOrganization(
  request: CreateOrganizationRequest,
  actor: Actor,
  ports: CreateOrganizationPorts,
): Promise<Outcome<CreatedOrganization, Problem>> {
  const { clock, random, database, configuration } = ports;
  const id = newUuid(clock, random);
  const publicId = toPublicId("organization", id);
  const organization = {
    id,
    name: request.name,
    slug: request.slug,
    cell: configuration.CELL,
    ratePerSecond: request.ratePerSecond ?? null,
    quotaPerMonth: request.quotaPerMonth ?? null,
    concurrency: request.concurrency ?? null,
  };
  const { personFree } = request;
  const consent =
    personFree === undefined
      ? []
      : [writeConsent(newConsentEvent(id, PERSON_FREE, { ...personFree, actor: actor.id }, ports))];
  const written = await database.forOrg(id, [
    insertOrganization(organization),
    ...consent,
    appendAudit(actor.id, "organization.create", publicId, {
      cell: configuration.CELL,
      person_free_tier: personFree?.tier ?? "none",
      legal_basis: personFree?.legalBasis ?? null,
    }),
  ]);
  return written.ok ? done({ id, publicId }) : failed(storageProblem(written.failure));
}
