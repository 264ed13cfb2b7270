import { z } from "zod";
import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { rowSchema } from "../keys/answers.ts";
import { renderObject } from "../output/table.ts";

/** `headgate admin limits get`: the organization's limits, or a key's, and what is used this month. */
export const readLimitsCommand = defineCommand({
  words: "admin limits get",
  summary: "Show the organization's limits, and what is used this month",
  keyOf: "organization",
  options: {
    "key-id": z.string().optional().describe("those of this key"),
  },
  async run({ options }, { ask }) {
    const query = { key_id: options["key-id"] };
    const limits = await ask({ method: "GET", path: "/v1/limits", query }, rowSchema);
    return limits.ok ? done({ json: limits.value, out: renderObject(limits.value) }) : limits;
  },
});
