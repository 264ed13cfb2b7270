import { writeFileSync } from "node:fs";
import type { BenchTable } from "./table.ts";

/** Writes a table as CSV (RFC 4180): numbers in full, what is missing as nothing. */
export function writeCsv(table: BenchTable, file: string): void {
  const lines = [table.columns.map(({ name }) => quoted(name)).join(",")];
  for (let row = 0; row < table.rows; row++)
    lines.push(
      table.columns
        .map(({ values }) => {
          const value = values[row] ?? "";
          if (typeof value === "string") return quoted(value);
          return Number.isNaN(value) ? "" : String(value);
        })
        .join(","),
    );
  writeFileSync(file, `${lines.join("\n")}\n`);
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
