import { z } from "zod";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { PLATFORM_ACTOR } from "./actor.ts";
import { type CreateKeyPorts, createKey, plainKey } from "./createKey.ts";
import { type CreateOrganizationRequest, createOrganization } from "./createOrganization.ts";
import { selectPlatform } from "./keyStore.ts";
import { storageProblem } from "./storageProblem.ts";

/**
 * The organization of whoever runs the cell, the same in every cell: before it is founded there is no key that
 * could look for it.
 */
const PLATFORM_ORGANIZATION_ID = "00000000-0000-7000-8000-000000000000";
const NAME = "platform";
/** With its own keys: a platform key that leaked can be rotated and revoked by its like. */
const SCOPES: readonly Scope[] = ["platform:admin", "metrics:read", "keys:read", "keys:write", "audit:read"];
const PLATFORM: CreateOrganizationRequest = {
  id: PLATFORM_ORGANIZATION_ID,
  name: "Platform",
  slug: NAME,
  firstKey: { name: NAME, scopes: SCOPES },
};

const stateSchema = z.object({ founded: z.boolean(), has_key: z.boolean() });

/**
 * Sees to it that this cell has its platform organization and a key of it, which may found organizations and
 * look after its own keys. Answers the key that it made, or null where one opens already: keys are shown once. `anew`
 * makes another in any case, for whoever has lost the first.
 */
export async function bootstrapPlatform(
  ports: CreateKeyPorts,
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<Outcome<string | null, Problem>> {
  const founded = await createOrganization(PLATFORM, PLATFORM_ACTOR, ports);
  if (founded.ok) return done(founded.value.key.key);
  if (founded.failure.code !== "conflict") return founded;
  const state = await readState(ports);
  if (!state.ok) return state;
  // Not this organization is in the way, but another one with its slug.
  if (!state.value.founded) return founded;
  if (state.value.has_key && !anew) return done(null);
  const made = await createKey(PLATFORM_ORGANIZATION_ID, plainKey(NAME, SCOPES), PLATFORM_ACTOR, ports);
  return made.ok ? done(made.value.key) : made;
}

async function readState({
  clock,
  database,
}: CreateKeyPorts): Promise<Outcome<z.infer<typeof stateSchema>, Problem>> {
  const now = new Date(clock.now()).toISOString();
  const read = await database.forOrg(PLATFORM_ORGANIZATION_ID, [
    selectPlatform(PLATFORM_ORGANIZATION_ID, now),
  ]);
  return read.ok ? done(stateSchema.parse(read.value[0]?.[0])) : failed(storageProblem(read.failure));
}
