import { randomBytes } from "node:crypto";
import { readConfiguration } from "../functions/contracts/configuration.ts";
import type { Outcome } from "../functions/contracts/outcome.ts";
import type { Clock, Random } from "../functions/contracts/ports.ts";
import type { Problem } from "../functions/contracts/problems.ts";
import { ROLES, type Scope } from "../functions/contracts/scopes.ts";
import { PLATFORM_ACTOR } from "../functions/guard/identity/actor.ts";
import { bootstrapPlatform } from "../functions/guard/identity/bootstrapPlatform.ts";
import { type CreateKeyPorts, createKey, plainKey } from "../functions/guard/identity/createKey.ts";
import { createOrganization } from "../functions/guard/identity/createOrganization.ts";
import { openDatabase } from "./openDatabase.ts";
import { StartError } from "./supervise/startError.ts";

/** The demo organization's keys; they are written down nowhere but in dev.json. */
export interface DemoKeys {
  readonly key: string;
  readonly adminKey: string;
}

interface PlainKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

const ROBOT_KEY: PlainKey = { name: "demo", scopes: [...ROLES.member, ...ROLES.operator] };
const ADMIN_KEY: PlainKey = { name: "demo admin", scopes: ROLES.admin };

const CLOCK: Clock = {
  now: Date.now,
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
};
const RANDOM: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };

/** What the seed works with, from the same settings as the Worker. */
function seedPorts(bindings: Readonly<Record<string, string>>): CreateKeyPorts {
  const configuration = readConfiguration(bindings);
  return { clock: CLOCK, random: RANDOM, configuration, database: openDatabase(configuration) };
}

/** The demo organization's UUID, and the admin key that came with it. */
export interface SeededOrganization {
  readonly id: string;
  readonly adminKey: string;
}

/**
 * Founds the organization `demo`, whose streams show nobody and are kept as research. Where the slug is taken,
 * by a start that was interrupted or another machine, it gets a suffix.
 */
export async function seedOrganization(
  bindings: Readonly<Record<string, string>>,
): Promise<SeededOrganization> {
  const ports = seedPorts(bindings);
  const found = (slug: string) =>
    createOrganization(
      {
        name: "Demo",
        slug,
        personFree: { tier: "research", legalBasis: "no_personal_data" },
        firstKey: ADMIN_KEY,
      },
      PLATFORM_ACTOR,
      ports,
    );
  const first = await found("demo");
  const taken = !first.ok && first.failure.code === "conflict";
  const { id, key } = made(taken ? await found(`demo-${randomBytes(3).toString("hex")}`) : first);
  return { id, adminKey: key.key };
}

/** Makes the demo organization's robots' key, and its admin key where there is none. */
export async function seedKeys(
  { id, adminKey }: { readonly id: string; readonly adminKey: string | null },
  bindings: Readonly<Record<string, string>>,
): Promise<DemoKeys> {
  const ports = seedPorts(bindings);
  const makeKey = async ({ name, scopes }: PlainKey): Promise<string> =>
    made(await createKey(id, plainKey(name, scopes), PLATFORM_ACTOR, ports)).key;
  return { key: await makeKey(ROBOT_KEY), adminKey: adminKey ?? (await makeKey(ADMIN_KEY)) };
}

/** Makes a key of the platform organization, which is founded where it is missing; that key founds organizations. */
export async function seedPlatformKey(bindings: Readonly<Record<string, string>>): Promise<string> {
  const key = made(await bootstrapPlatform(seedPorts(bindings), { anew: true }));
  if (key === null) throw new Error("bootstrapPlatform made no key, though it was to make one anew");
  return key;
}

function made<Value>(outcome: Outcome<Value, Problem>): Value {
  if (outcome.ok) return outcome.value;
  const { code, detail } = outcome.failure;
  throw new StartError(`The first organizations and keys cannot be made: ${detail ?? code}.`);
}
