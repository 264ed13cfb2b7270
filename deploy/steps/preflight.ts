import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { isExample } from "../cell.ts";
import type { Deployment } from "../deployment.ts";
import { readWorkingTree } from "../git.ts";
import { type Obstacle, stopped } from "../obstacle.ts";
import { pinnedVersion } from "../provider/wrangler.ts";
import { nothingToDo, type Step } from "../step.ts";

const NEEDED = ["DATABASE_ADMIN_URL", "UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"] as const;
const SERVING_ROLE = "headgate_app";

/** Nothing is begun that lacks something from the start. */
export const preflight = (deployment: Deployment): Step => ({
  name: "preflight",
  purpose: "versions, working tree, credentials and given settings are in order",
  async check() {
    const checks = [checkCell, checkInputs, checkTree, checkVersion, checkAccount];
    for (const check of checks) {
      const outcome = await check(deployment);
      if (!outcome.ok) return outcome;
    }
    return done(
      nothingToDo(`wrangler ${pinnedVersion()}, commit ${(await readWorkingTree()).commit.slice(0, 12)}`),
    );
  },
});

type Check = (deployment: Deployment) => Promise<Outcome<undefined, Obstacle>>;
const fine = done(undefined);

const checkCell: Check = async ({ cell, isRehearsal }) =>
  isExample(cell) && !isRehearsal
    ? stopped(
        `deploy/cells/${cell.cell}.toml still names the example's account or host.`,
        "Write your account_id and hostname into it, and commit it.",
      )
    : fine;

const checkInputs: Check = async ({ inputs }) => {
  const missing = NEEDED.filter((name) => inputs[name] === undefined);
  if (missing.length > 0)
    return stopped(
      `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not given.`,
      "Set them in the environment or in the file of --secrets; docs/deploy.md says where they come from.",
    );
  if (inputs.DATABASE_URL === undefined) return fine;
  const role = roleOf(inputs.DATABASE_URL);
  return role === SERVING_ROLE
    ? fine
    : stopped(
        `DATABASE_URL connects as ${role}, whom row-level security may not bind.`,
        `Give a URL of ${SERVING_ROLE} with a password of your choice, or none: then one is made.`,
      );
};

const roleOf = (url: string): string =>
  URL.canParse(url) ? decodeURIComponent(new URL(url).username) || "nobody" : "nobody";

const checkTree: Check = async ({ allowDirty }) => {
  const tree = await readWorkingTree();
  return tree.isClean || allowDirty
    ? fine
    : stopped("The working tree holds what no commit does.", "Commit it, or say --allow-dirty.");
};

const checkVersion: Check = async ({ provider }) => {
  const version = await provider.version();
  if (!version.ok) return version;
  return version.value === pinnedVersion()
    ? fine
    : stopped(`wrangler is ${version.value}, and ${pinnedVersion()} is what was tried.`, "Run `npm ci`.");
};

const checkAccount: Check = async ({ provider, cell }) => {
  const accounts = await provider.accounts();
  if (!accounts.ok) return accounts;
  // A token that may not list accounts still opens its own.
  if (accounts.value.length === 0 || accounts.value.includes(cell.account_id)) return fine;
  return stopped(
    `The credentials do not open the account ${cell.account_id}.`,
    "Use a token of that account, or correct account_id.",
  );
};
