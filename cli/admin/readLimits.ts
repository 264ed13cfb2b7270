import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { rowSchema } from "../keys/answers.ts";
import { renderObject } from "../output/table.ts";

/** `headgate admin limits get`: the organization's limits. */
export const readLimitsCommand = defineCommand({
  words: "admin limits get",
  summary: "Show the organization's limits",
  keyOf: "organization",
  options: {},
  async run(_, { ask }) {
    const limits = await ask({ method: "GET", path: "/v1/limits" }, rowSchema);
    return limits.ok ? done({ json: limits.value, out: renderObject(limits.value) }) : limits;
  },
});
