import { z } from "zod";
import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { rowSchema } from "./answers.ts";

/** `headgate keys revoke <id>`: the key opens nowhere after a second. */
export const revokeKeyCommand = defineCommand({
  words: "keys revoke",
  operands: ["id"],
  summary: "Revoke a key, everywhere within one second",
  keyOf: "organization",
  options: {
    force: z.boolean().default(false).describe("revoke even the last key that may make keys"),
  },
  async run({ operands: [id = ""], options }, { ask }) {
    const path = `/v1/keys/${encodeURIComponent(id)}`;
    const query = options.force ? { force: "true" } : {};
    const revoked = await ask({ method: "DELETE", path, query }, rowSchema);
    return revoked.ok ? done({ json: revoked.value, out: "", notes: [`${id} is revoked.`] }) : revoked;
  },
});
