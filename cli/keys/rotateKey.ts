import { z } from "zod";
import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { duration } from "../optionSchemas.ts";
import { newKeySchema, SHOWN_ONCE } from "./answers.ts";

const rotatedSchema = newKeySchema.extend({
  previous: z.object({ id: z.string(), expires_at: z.string() }),
});

/** `headgate keys rotate <id>`: a new key like the old one, which opens for the overlap. */
export const rotateKeyCommand = defineCommand({
  words: "keys rotate",
  operands: ["id"],
  summary: "Replace a key; the old one opens until the overlap ends",
  keyOf: "organization",
  options: {
    overlap: duration.default(86_400).describe("how long the old key still opens (24h); 0 closes it at once"),
    expires: z.iso.datetime().optional().describe("when the new key ends, RFC 3339 UTC"),
  },
  async run({ operands: [id = ""], options }, { ask }) {
    const body = { overlap_seconds: options.overlap, expires_at: options.expires };
    const path = `/v1/keys/${encodeURIComponent(id)}/rotate`;
    const rotated = await ask({ method: "POST", path, body }, rotatedSchema);
    if (!rotated.ok) return rotated;
    const { key, previous } = rotated.value;
    const notes = [
      "",
      `${rotated.value.id} follows ${previous.id}, which opens until ${previous.expires_at}.`,
      SHOWN_ONCE,
    ];
    return done({ json: rotated.value, out: key, notes });
  },
});
