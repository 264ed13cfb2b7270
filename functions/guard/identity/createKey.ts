import type { SQL } from "drizzle-orm";
import type { Configuration } from "../../contracts/configuration.ts";
import { toPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, Random } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { ROLES, type Scope } from "../../contracts/scopes.ts";
import { createSubjectDigester } from "../consent/subjectDigest.ts";
import type { Actor } from "./actor.ts";
import { commitAndRead } from "./commitAndRead.ts";
import { keyOf, keyRowSchema, selectKey } from "./keyRow.ts";
import { type KeySecret, makeKeySecret } from "./keySecret.ts";
import { expiryProblem, scopeProblem } from "./refuseKey.ts";
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
  const { clock, database } = ports;
  const problem = scopeProblem(scopesOf(request), actor) ?? expiryProblem(request.expires_at, clock.now());
  if (problem !== null) return failed(problem);
  const { secret, writes } = await newKey(organizationId, request, actor, ports);
  const written = await commitAndRead(database, organizationId, writes, [selectKey(secret.id)]);
  if (!written.ok) return failed(storageProblem(written.failure));
  return done({ ...keyOf(keyRowSchema.parse(written.value[0]), clock.now()), key: secret.text });
}

/** A key that is made but not yet stored: its secret, and the statements that store it and say so in the audit log. */
export async function newKey(
  organizationId: string,
  request: CreateKeyRequest,
  actor: Actor,
  ports: Omit<CreateKeyPorts, "database">,
): Promise<{ readonly secret: KeySecret; readonly writes: readonly SQL[] }> {
  const { environment } = request;
  const secret = await makeKeySecret(environment, ports);
  const scopes = scopesOf(request);
  const key = {
    ...secret,
    organizationId,
    environment,
    scopes,
    name: request.name,
    defaults: await defaultsOf(request, ports.configuration),
    maxTier: request.max_tier,
    ratePerSecond: request.rate_per_second ?? null,
    quotaPerMonth: request.quota_per_month ?? null,
    concurrency: request.concurrency ?? null,
    cidrs: request.cidrs,
    expiresAt: request.expires_at ?? null,
  };
  const detail = { scopes, environment, max_tier: request.max_tier };
  return {
    secret,
    writes: [insertKey(key), appendAudit(actor.id, "key.create", toPublicId("key", secret.id), detail)],
  };
}

/** The request for a key without anything particular: live, everywhere, until somebody closes it. */
export const plainKey = (name: string, scopes: readonly Scope[]): CreateKeyRequest => ({
  name,
  environment: "live",
  roles: [],
  scopes: [...scopes],
  cidrs: [],
  defaults: {},
  max_tier: null,
});

const scopesOf = ({ roles, scopes }: CreateKeyRequest): string[] =>
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
