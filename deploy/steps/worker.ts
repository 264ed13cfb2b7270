import { done } from "../../functions/contracts/outcome.ts";
import { askCell } from "../askCell.ts";
import type { Deployment } from "../deployment.ts";
import { readWorkingTree } from "../git.ts";
import { stopped } from "../obstacle.ts";
import { CLOCK } from "../platform.ts";
import { nothingToDo, type Step, toDo } from "../step.ts";

/** A new host name needs its certificate before it answers. */
const ANSWERS_WITHIN_MS = 180_000;
const ASK_EVERY_MS = 1000;

/** The Worker itself, tagged with its commit and its configuration: what serves already is not sent again. */
export function worker(deployment: Deployment): Step {
  const { config, provider, url } = deployment;
  const tag = async (): Promise<string> =>
    `${(await readWorkingTree()).commit.slice(0, 12)}-${config.digest}`;
  return {
    name: "worker",
    purpose: `${config.name} serves this commit at ${url}`,
    async check() {
      const deployed = await provider.deployedTag();
      if (!deployed.ok) return deployed;
      const wanted = await tag();
      if (deployed.value === wanted) return done(nothingToDo(`${wanted} serves`));
      return done(
        toDo(`${wanted} is to be deployed${deployed.value === null ? "" : ` over ${deployed.value}`}`),
      );
    },
    async apply() {
      const wanted = await tag();
      const deployed = await provider.deploy(wanted);
      return deployed.ok ? done(`${wanted} is deployed`) : deployed;
    },
    async verify() {
      const deadlineMs = CLOCK.now() + ANSWERS_WITHIN_MS;
      for (;;) {
        const live = await askCell(url, { path: "/health/live" });
        if (live.ok && live.value.status === 200) return done(`${url} answers`);
        if (CLOCK.now() > deadlineMs)
          return live.ok ? stopped(`${url} answers ${live.value.status}.`, "See `wrangler tail`.") : live;
        await CLOCK.sleep(ASK_EVERY_MS);
      }
    },
  };
}
