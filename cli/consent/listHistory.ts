import { z } from "zod";
import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { rowSchema } from "../keys/answers.ts";
import { renderTable } from "../output/table.ts";
import { consentPath } from "./path.ts";

const historySchema = z.looseObject({ events: z.array(rowSchema) });
const COLUMNS = ["version", "tier", "legal_basis", "notice_version", "updated_at", "actor"];

/** `headgate consent history <subject>`: the person's events in the ledger, newest first. */
export const consentHistoryCommand = defineCommand({
  words: "consent history",
  operands: ["subject"],
  summary: "List a person's consent events, newest first",
  keyOf: "organization",
  options: {},
  async run({ operands: [subject = ""] }, { ask }) {
    const history = await ask({ method: "GET", path: consentPath(subject, "/history") }, historySchema);
    if (!history.ok) return history;
    const { events } = history.value;
    const notes = events.length === 0 ? ["The ledger does not know this person."] : [];
    return done({ json: history.value, out: renderTable(COLUMNS, events), notes });
  },
});
