import type { Configuration } from "../../contracts/configuration.ts";
import { newUuid, toPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, Random } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { ROLES, type Scope } from "../../contracts/scopes.ts";
import { createSubjectDigester } from "../consent/subjectDigest.ts";
import type { Actor } from "./actor.ts";
import { createKeyDigester } from "./digestKey.ts";
import { makeKeyText } from "./keyText.ts";
import type { CreatedKey, CreateKeyRequest, KeyDefaults } from "./schema.ts";
import { storageProblem } from "./storageProblem.ts";
import { appendAudit, insertKey } from "./store.ts";

export interface CreateKeyPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly configuration: Configuration;
}

/**
 * Makes a key of an organization and answers its text, which is stored nowhere. Nobody hands on a scope that
 * they do not have: `missing_scope`.
 */
export async function createKey(
  organizationId: string,
  request: CreateKeyRequest,
  actor: Actor,
  ports: CreateKeyPorts,
): Promise<Outcome<CreatedKey, Problem>> {
  const { clock, random, database, configuration } = ports;
  const scopes = scopesOf(request);
  const beyond = scopes.filter((scope) => !actor.scopes.includes(scope));
  if (beyond.length > 0)
    return failed({ code: "missing_scope", detail: `You do not have ${beyond.join(", ")} to hand on.` });

  const id = newUuid(clock, random);
  const { text, keyId } = makeKeyText(configuration.CELL, request.environment, random);
  const digest = await createKeyDigester(configuration.KEY_PEPPERS).newest(text);
  const hint = `${text.slice(0, text.indexOf(keyId) + keyId.length)}…${text.slice(-4)}`;
  const createdAt = new Date(clock.now()).toISOString();
  const key = {
    id,
    organizationId,
    keyId,
    ...digest,
    hint,
    environment: request.environment,
    scopes,
    name: request.name,
    defaults: await defaultsOf(request, configuration),
    ratePerSecond: request.rate_per_second ?? null,
    quotaPerMonth: request.quota_per_month ?? null,
    concurrency: request.concurrency ?? null,
    cidrs: request.cidrs,
    expiresAt: request.expires_at ?? null,
    createdAt,
  };
  const publicId = toPublicId("key", id);
  const written = await database.forOrg(organizationId, [
    insertKey(key),
    appendAudit(actor.id, "key.create", publicId, { scopes, environment: request.environment }),
  ]);
  if (!written.ok) return failed(storageProblem(written.failure));
  return done({
    id: publicId,
    key: text,
    hint,
    name: request.name,
    environment: request.environment,
    scopes,
    expires_at: request.expires_at ?? null,
    created_at: createdAt,
  });
}

const scopesOf = ({ roles, scopes }: CreateKeyRequest): Scope[] =>
  [...new Set([...roles.flatMap((role) => ROLES[role]), ...scopes])].sort();

async function defaultsOf(
  { defaults }: CreateKeyRequest,
  { SUBJECT_SECRET }: Configuration,
): Promise<KeyDefaults> {
  return {
    ...(defaults.robot_type === undefined ? {} : { robotType: defaults.robot_type }),
    ...(defaults.model === undefined ? {} : { model: defaults.model }),
    ...(defaults.subject === undefined
      ? {}
      : { subjectDigest: await createSubjectDigester(SUBJECT_SECRET)(defaults.subject) }),
  };
}
