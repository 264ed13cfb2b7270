import { sql } from "drizzle-orm";
import { SECRET_SETTINGS, type SecretSetting } from "../../functions/contracts/configuration.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { fingerprint } from "../../functions/guard/secrets/fingerprint.ts";
import { makeableSecrets, makeSecret } from "../../functions/guard/secrets/makeSecret.ts";
import { type Deployment, knownSecret } from "../deployment.ts";
import { type Obstacle, stopped } from "../obstacle.ts";
import { RANDOM } from "../platform.ts";
import { nothingToDo, type Step, toDo } from "../step.ts";
import { connect } from "./database.ts";

/** Given to the Worker as a secret, although it opens nothing by itself: a committed file is not its place. */
const REDIS_URL = "UPSTASH_REDIS_REST_URL";

/** What was stored under one of these can never be found or opened under another. */
const IRREPLACEABLE = ["KEY_PEPPERS", "SUBJECT_SECRET", "PENDING_SECRET"] as const;

/** The Worker's secrets: what is missing is made or taken from what was given; what is there is never read. */
export function secrets(deployment: Deployment): Step {
  const { provider, made, replace, inputs } = deployment;
  const makeable = makeableSecrets(SECRET_SETTINGS);

  /** Names that are to be sent. */
  const find = async (): Promise<Outcome<readonly string[], Obstacle>> => {
    const names = await provider.secretNames();
    if (!names.ok) return names;
    const isMade = (name: SecretSetting) => makeable.some((one) => one === name);
    const wanted = SECRET_SETTINGS.filter(
      (name) => isMade(name) || knownSecret(deployment, name) !== undefined,
    );
    // A token opens its own database alone: where one is replaced, its address goes along.
    const asked = replace.includes("UPSTASH_REDIS_REST_TOKEN") ? [...replace, REDIS_URL] : replace;
    const toSend = (name: string) => !names.value.includes(name) || asked.some((one) => one === name);
    return done([...wanted, REDIS_URL].filter(toSend));
  };

  return {
    name: "secrets",
    purpose: "every secret of the Worker is set; what is missing is made and never printed",
    async check() {
      const homeless = replace.filter((name) => inputs[name] === undefined && name !== "DATABASE_URL");
      if (homeless.length > 0)
        return stopped(
          `${homeless.join(", ")} is to be replaced, and by what was not given.`,
          "Put it into the file of --secrets: `headgate secrets rotate-pepper` does for the peppers.",
        );
      const names = await find();
      if (!names.ok) return names;
      const lost = IRREPLACEABLE.filter(
        (name) => names.value.includes(name) && knownSecret(deployment, name) === undefined,
      );
      if (lost.length > 0 && (await isInUse(deployment)))
        return stopped(
          `The Worker has no ${lost.join(", ")}, and the database holds what was made under an older one.`,
          "Give the file of this cell's secrets with --secrets: new ones would make keys and people unknown.",
        );
      return done(
        names.value.length === 0 ? nothingToDo("all are set") : toDo(`${names.value.join(", ")} to be set`),
      );
    },
    async apply() {
      const names = await find();
      if (!names.ok) return names;
      for (const name of makeable)
        if (names.value.includes(name) && knownSecret(deployment, name) === undefined)
          made.set(name, makeSecret(name, RANDOM));
      const values = { ...Object.fromEntries(made), ...inputs };
      const sent = Object.fromEntries(
        Object.entries(values).filter((entry): entry is [string, string] => names.value.includes(entry[0])),
      );
      const put = await provider.putSecrets(sent);
      if (!put.ok) return put;
      const shown = await Promise.all(
        makeable.filter((name) => name in sent).map((name) => describe(name, sent)),
      );
      return done([`${Object.keys(sent).length} set`, ...shown].join(", "));
    },
    async verify() {
      const names = await provider.secretNames();
      if (!names.ok) return names;
      const missing = [...makeable, "DATABASE_URL", "UPSTASH_REDIS_REST_TOKEN", REDIS_URL].filter(
        (name) => !names.value.includes(name),
      );
      return missing.length === 0
        ? done("")
        : stopped(`${missing.join(", ")} did not arrive.`, "Look at the Worker's settings in the dashboard.");
    },
  };
}

/** Whether the database has organizations already; where nobody can look, it might. */
async function isInUse(deployment: Deployment): Promise<boolean> {
  const url = knownSecret(deployment, "DATABASE_URL");
  if (url === undefined) return true;
  const organizations = await connect(deployment, url).platform(sql`select active_organizations() limit 1`);
  return !organizations.ok || organizations.value.length > 0;
}

const describe = async (name: string, values: Readonly<Record<string, string>>): Promise<string> =>
  `${name} ${await fingerprint(values[name] ?? "")}`;
