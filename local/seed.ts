import { randomBytes } from "node:crypto";
import { type Configuration, readConfiguration } from "../functions/contracts/configuration.ts";
import type { Outcome } from "../functions/contracts/outcome.ts";
import type { Clock, Database, Random } from "../functions/contracts/ports.ts";
import type { Problem } from "../functions/contracts/problems.ts";
import type { Role, Scope } from "../functions/contracts/scopes.ts";
import { PLATFORM_ACTOR } from "../functions/guard/identity/actor.ts";
import { createKey } from "../functions/guard/identity/createKey.ts";
import { createOrganization } from "../functions/guard/identity/createOrganization.ts";
import { openDatabase } from "./openDatabase.ts";
import { StartError } from "./supervise/startError.ts";

/** The demo organization's keys; they are written down nowhere but in dev.json. */
export interface DemoKeys {
  readonly key: string;
  readonly adminKey: string;
}

interface SeedPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly configuration: Configuration;
}

const CLOCK: Clock = {
  now: Date.now,
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
};
const RANDOM: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };

/** What the seed works with, from the same settings as the Worker. */
function seedPorts(bindings: Readonly<Record<string, string>>): SeedPorts {
  const configuration = readConfiguration(bindings);
  return { clock: CLOCK, random: RANDOM, configuration, database: openDatabase(configuration) };
}

/**
 * Founds the organization `demo`, whose streams show nobody and are kept as research, and answers its UUID.
 * Where the slug is taken, by a start that was interrupted or another machine, it gets a suffix.
 */
export async function seedOrganization(bindings: Readonly<Record<string, string>>): Promise<string> {
  const ports = seedPorts(bindings);
  const found = (slug: string) =>
    createOrganization(
      { name: "Demo", slug, personFree: { tier: "research", legalBasis: "no_personal_data" } },
      PLATFORM_ACTOR,
      ports,
    );
  const first = await found("demo");
  const taken = !first.ok && first.failure.code === "conflict";
  return made(taken ? await found(`demo-${randomBytes(3).toString("hex")}`) : first).id;
}

/** Makes the demo organization's two keys: one for its robots, one for whoever runs the platform. */
export async function seedKeys(
  organizationId: string,
  bindings: Readonly<Record<string, string>>,
): Promise<DemoKeys> {
  const ports = seedPorts(bindings);
  const makeKey = async (name: string, roles: Role[], scopes: Scope[]): Promise<string> => {
    const request = { name, environment: "live" as const, roles, scopes, cidrs: [], defaults: {} };
    return made(await createKey(organizationId, request, PLATFORM_ACTOR, ports)).key;
  };
  return {
    key: await makeKey("demo", ["member", "operator"], []),
    adminKey: await makeKey("demo admin", ["admin"], ["platform:admin"]),
  };
}

function made<Value>(outcome: Outcome<Value, Problem>): Value {
  if (outcome.ok) return outcome.value;
  const { code, detail } = outcome.failure;
  throw new StartError(`The demo organization cannot be made: ${detail ?? code}.`);
}
