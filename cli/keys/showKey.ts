import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { renderObject } from "../output/table.ts";
import { rowSchema } from "./answers.ts";

/** `headgate keys show <id>`: everything about a key but its secret. */
export const showKeyCommand = defineCommand({
  words: "keys show",
  operands: ["id"],
  summary: "Show a key, without its secret",
  keyOf: "organization",
  options: {},
  async run({ operands: [id = ""] }, { ask }) {
    const key = await ask({ method: "GET", path: `/v1/keys/${encodeURIComponent(id)}` }, rowSchema);
    return key.ok ? done({ json: key.value, out: renderObject(key.value) }) : key;
  },
});
