import { z } from "zod";
import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { wholeNumber } from "../optionSchemas.ts";
import { renderTable } from "../output/table.ts";
import { readAllPages } from "../server/readAllPages.ts";

const COLUMNS = ["seq", "at", "actor", "action", "target"];
const SHOWN = 50;
const PAGE_ROWS_MAX = 1000;

/** `headgate admin audit`: who did what, newest first. */
export const listAuditCommand = defineCommand({
  words: "admin audit",
  summary: "List administrative acts, newest first",
  keyOf: "organization",
  options: {
    limit: wholeNumber.default(SHOWN).describe(`how many (${SHOWN})`),
    actor: z.string().optional().describe("only acts of this key"),
    action: z.string().optional().describe("only acts such as key.create"),
    from: z.iso.datetime().optional().describe("only acts since then, RFC 3339 UTC"),
    to: z.iso.datetime().optional().describe("only acts before then, RFC 3339 UTC"),
  },
  async run({ options: { limit, ...filter } }, tools) {
    const query = { ...filter, limit: Math.max(1, Math.min(limit, PAGE_ROWS_MAX)) };
    const rows = await readAllPages(tools, { method: "GET", path: "/v1/audit", query }, limit);
    if (!rows.ok) return rows;
    return done({ json: { data: rows.value }, out: renderTable(COLUMNS, rows.value) });
  },
});
