import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { wrongUsage } from "../failure.ts";
import { rowSchema } from "../keys/answers.ts";
import { limitOptions, limitsOf } from "../optionSchemas.ts";
import { renderObject } from "../output/table.ts";

/** `headgate admin limits set`: changes the limits that are named. */
export const setLimitsCommand = defineCommand({
  words: "admin limits set",
  summary: "Change the organization's limits",
  keyOf: "organization",
  options: limitOptions,
  async run({ options }, { ask }) {
    const body = limitsOf(options);
    if (Object.keys(body).length === 0) return wrongUsage("Give --rate, --quota or --concurrency.");
    const limits = await ask({ method: "PUT", path: "/v1/limits", body }, rowSchema);
    return limits.ok ? done({ json: limits.value, out: renderObject(limits.value) }) : limits;
  },
});
