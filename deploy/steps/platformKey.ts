import { randomBytes } from "node:crypto";
import { z } from "zod";
import { readConfiguration, SECRET_SETTINGS } from "../../functions/contracts/configuration.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { bootstrapPlatform } from "../../functions/guard/identity/bootstrapPlatform.ts";
import { makeableSecrets, makeSecret } from "../../functions/guard/secrets/makeSecret.ts";
import { askCell, opens, reasonOf } from "../askCell.ts";
import { type Deployment, knownSecret } from "../deployment.ts";
import { type Obstacle, stopped } from "../obstacle.ts";
import { CLOCK, RANDOM } from "../platform.ts";
import { nothingToDo, type Step, toDo } from "../step.ts";
import { connect } from "./database.ts";

const foundedSchema = z.looseObject({ key: z.looseObject({ key: z.string() }) });
const createdSchema = z.looseObject({ key: z.string() });
const SMOKE = "smoke-test";

/** The key that founds organizations, and with it one that may only act, for the smoke test. */
export function platformKey(deployment: Deployment): Step {
  const { keyring, url } = deployment;
  return {
    name: "keys",
    purpose: `the platform's key and the smoke test's are made, and kept in ${keyring.path}`,
    async check() {
      const key = smokeKeyOf(deployment);
      if (deployment.newPlatformKey) return done(toDo("another platform key is to be made"));
      if (key === undefined) return done(toDo("no key for the smoke test is held here"));
      const held = await opens(url, key);
      if (!held.ok) return held;
      return held.value
        ? done(nothingToDo("the key of the smoke test opens"))
        : stopped(
            "The key of the smoke test opens no more.",
            `Set HEADGATE_SMOKE_KEY to another, or remove ${keyring.path}.`,
          );
    },
    async apply() {
      const platform = await findPlatformKey(deployment);
      if (!platform.ok) return platform;
      if (smokeKeyOf(deployment) === undefined) {
        const smoke = await makeSmokeKey(url, platform.value);
        if (!smoke.ok) return smoke;
        keyring.add({ smoke_key: smoke.value });
      }
      return done(`keys are in ${keyring.path}`);
    },
    async verify() {
      const held = await opens(url, smokeKeyOf(deployment) ?? "");
      if (!held.ok) return held;
      return held.value ? done("") : stopped("The new key does not open.", "See KEY_PEPPERS of the Worker.");
    },
  };
}

/** The key that the smoke test acts with. */
export const smokeKeyOf = ({ inputs, keyring }: Deployment): string | undefined =>
  inputs.HEADGATE_SMOKE_KEY ?? keyring.read().smoke_key;

async function findPlatformKey(deployment: Deployment): Promise<Outcome<string, Obstacle>> {
  const { inputs, keyring, newPlatformKey } = deployment;
  if (newPlatformKey) return bootstrap(deployment);
  const held = inputs.HEADGATE_PLATFORM_KEY ?? keyring.read().platform_key;
  return held === undefined ? bootstrap(deployment) : done(held);
}

/** The first key is made where the Worker cannot: there is none yet that it would obey. */
async function bootstrap(deployment: Deployment): Promise<Outcome<string, Obstacle>> {
  const { keyring, newPlatformKey } = deployment;
  const url = knownSecret(deployment, "DATABASE_URL");
  const peppers = knownSecret(deployment, "KEY_PEPPERS");
  if (url === undefined || peppers === undefined)
    return stopped(
      "The Worker has its KEY_PEPPERS and DATABASE_URL, and this machine knows neither them nor a platform key.",
      "Set HEADGATE_PLATFORM_KEY, or give the file of those secrets with --secrets.",
    );
  const made = await bootstrapPlatform(
    {
      clock: CLOCK,
      random: RANDOM,
      database: connect(deployment, url),
      configuration: configurationFor(deployment, url, peppers),
    },
    { anew: newPlatformKey },
  );
  if (!made.ok)
    return stopped(
      `The platform's key cannot be made: ${made.failure.detail ?? made.failure.code}.`,
      "See Postgres.",
    );
  if (made.value === null)
    return stopped(
      "The platform has a key, and this machine does not hold it.",
      "Set HEADGATE_PLATFORM_KEY, or make another with --new-platform-key.",
    );
  keyring.add({ platform_key: made.value });
  return done(made.value);
}

/** Of the settings only cell and peppers play a part in a key's digest; the others are there to be whole. */
function configurationFor({ cell, inputs }: Deployment, databaseUrl: string, peppers: string) {
  const others = makeableSecrets(SECRET_SETTINGS).map((name) => [name, makeSecret(name, RANDOM)] as const);
  return readConfiguration({
    ...cell.settings,
    ...Object.fromEntries(others),
    CELL: cell.cell,
    KEY_PEPPERS: peppers,
    DATABASE_URL: databaseUrl,
    UPSTASH_REDIS_REST_URL: inputs.UPSTASH_REDIS_REST_URL,
    UPSTASH_REDIS_REST_TOKEN: inputs.UPSTASH_REDIS_REST_TOKEN,
  });
}

/** Founds an organization that keeps nothing, and in it a key that may act and nothing else. */
async function makeSmokeKey(url: string, platform: string): Promise<Outcome<string, Obstacle>> {
  const slug = `${SMOKE}-${randomBytes(3).toString("hex")}`;
  const founded = await askCell(url, {
    method: "POST",
    path: "/v1/organizations",
    key: platform,
    body: { name: "Smoke test", slug },
  });
  if (!founded.ok) return founded;
  const organization = foundedSchema.safeParse(founded.value.body);
  if (founded.value.status !== 201 || !organization.success)
    return stopped(
      `No organization for the smoke test: ${reasonOf(founded.value)}.`,
      "See HEADGATE_PLATFORM_KEY.",
    );
  const created = await askCell(url, {
    method: "POST",
    path: "/v1/keys",
    key: organization.data.key.key,
    body: { name: SMOKE, scopes: ["act:invoke"] },
  });
  if (!created.ok) return created;
  const key = createdSchema.safeParse(created.value.body);
  return created.value.status === 201 && key.success
    ? done(key.data.key)
    : stopped(`No key for the smoke test: ${reasonOf(created.value)}.`, "Run it again.");
}
