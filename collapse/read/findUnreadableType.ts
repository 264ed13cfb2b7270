import type { CheckFailure } from "../contracts/failure.ts";
import type { CheckOptions } from "../contracts/options.ts";
import { epochSql, numberSql } from "./columnTypes.ts";
import { quotedName } from "./database.ts";
import type { ColumnFacts } from "./surveyColumns.ts";
import type { Table } from "./table.ts";

/** A column whose type of the schema file none of its values has; null where all are possible. `bad_option`. */
export async function findUnreadableType(
  table: Table,
  facts: readonly ColumnFacts[],
  options: CheckOptions,
): Promise<CheckFailure | null> {
  for (const { name, sqlType, values, present } of facts) {
    const type = options.schema.columns[name]?.type;
    if (type === undefined || type === "text" || type === "vector" || type === "id" || type === "category") {
      if (type === "category" && values === null) return refused(name, type, table);
      continue;
    }
    if (values === null) return refused(name, type, table);
    if (type === "level" || present === 0) continue;
    const isRefused =
      values === "string"
        ? await hasNone(table, name, type === "date" ? epochSql(name, sqlType) : numberSql(name, sqlType))
        : values === "boolean" || (values === "date" && type === "number");
    if (isRefused) return refused(name, type, table);
  }
  return null;
}

async function hasNone({ source }: Table, name: string, sql: string): Promise<boolean> {
  const query = `SELECT count(${sql})::DOUBLE AS readable FROM ${source.relation} WHERE ${quotedName(name)} IS NOT NULL`;
  return Number((await source.database.rows(query))[0]?.readable ?? 0) === 0;
}

const refused = (name: string, type: string, { files }: Table): CheckFailure => ({
  code: "bad_option",
  detail: `The schema file says that "${name}" is ${type}, and none of its values can be read so.`,
  fix: "Correct the type in the schema file, or leave it out to have it inferred.",
  file: files[0] ?? null,
  column: name,
});
