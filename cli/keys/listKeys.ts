import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { renderTable } from "../output/table.ts";
import { readAllPages } from "../server/readAllPages.ts";

const COLUMNS = ["id", "name", "environment", "state", "scopes", "expires_at", "last_used_at"];

/** `headgate keys list`: the organization's keys, newest first. */
export const listKeysCommand = defineCommand({
  words: "keys list",
  summary: "List the organization's keys, newest first",
  keyOf: "organization",
  options: {},
  async run(_, tools) {
    const rows = await readAllPages(tools, { method: "GET", path: "/v1/keys", query: { limit: 200 } });
    if (!rows.ok) return rows;
    return done({
      json: { data: rows.value },
      out: renderTable(COLUMNS, rows.value),
      notes: emptyNote(rows.value),
    });
  },
});

const emptyNote = (rows: readonly unknown[]): string[] => (rows.length === 0 ? ["There are no keys."] : []);
