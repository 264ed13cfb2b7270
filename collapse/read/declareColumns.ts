import type { CheckFailure } from "../contracts/failure.ts";
import type { SchemaColumn, SchemaFile } from "../contracts/options.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { numberSql, valueTypeOf } from "./columnTypes.ts";
import { suggestion } from "./nearestName.ts";
import { type RelatedColumn, relateTable } from "./relateTable.ts";
import type { Table } from "./table.ts";

/**
 * The candidate as the schema file declares it: a column of another name under the reference's, and numbers of another
 * unit in the reference's. Failure: `bad_option`, where the file declares what the candidate has not.
 */
export function declareColumns(table: Table, { columns }: SchemaFile): Outcome<Table, CheckFailure> {
  const declared = Object.entries(columns).filter(
    ([, { rename_from, scale }]) => rename_from !== undefined || scale !== undefined,
  );
  if (declared.length === 0) return done(table);
  const related = new Map<string, RelatedColumn>(
    table.columns.map((it) => [it.name, { ...it, from: it.name }]),
  );
  for (const [name, said] of declared) {
    const column = findColumn(table, name, said);
    if (!column.ok) return column;
    related.delete(column.value.from);
    const scaled = scaleColumn(column.value, said.scale, table);
    if (!scaled.ok) return scaled;
    related.set(name, scaled.value);
  }
  // Two columns that are renamed into each other's names: what was taken is not there a second time.
  const taken = new Set([...related.values()].map(({ name }) => name));
  return done(
    relateTable(
      table,
      [...related.values()].filter(({ name }) => taken.delete(name)),
    ),
  );
}

function findColumn(
  { columns, files }: Table,
  name: string,
  { rename_from: from }: SchemaColumn,
): Outcome<RelatedColumn, CheckFailure> {
  const own = columns.find((column) => column.name === name);
  const other = columns.find((column) => column.name === from);
  if (own !== undefined && other !== undefined && own !== other)
    return failed(
      badOption(
        `The candidate has both "${name}" and "${from}", which the schema file renames to it.`,
        "Take one of them out of the candidate, or leave `rename_from` out.",
        files,
        name,
      ),
    );
  const found = other ?? own;
  if (found !== undefined) return done({ ...found, name, from: found.name });
  const wanted = from ?? name;
  const names = columns.map((column) => column.name);
  return failed(
    badOption(
      `The schema file speaks of the candidate's column "${wanted}", which it has not.`,
      `Correct the schema file.${suggestion(wanted, names)}`,
      files,
      wanted,
    ),
  );
}

function scaleColumn(
  column: RelatedColumn,
  scale: number | undefined,
  { files }: Table,
): Outcome<RelatedColumn, CheckFailure> {
  if (scale === undefined) return done(column);
  if (valueTypeOf(column.sqlType) !== "number")
    return failed(
      badOption(
        `The schema file scales "${column.name}", and the candidate's values of it are no numbers.`,
        "Leave `scale` out, or write the column as numbers.",
        files,
        column.name,
      ),
    );
  const sql = `(${numberSql(column.from, column.sqlType)}) * ${scale}::DOUBLE`;
  return done({ ...column, sqlType: "DOUBLE", sql });
}

const badOption = (detail: string, fix: string, files: readonly string[], column: string): CheckFailure => ({
  code: "bad_option",
  detail,
  fix,
  file: files[0] ?? null,
  column,
});
