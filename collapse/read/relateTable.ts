import { quotedName } from "./database.ts";
import type { Table, TableColumn } from "./table.ts";

/** A column of a related table: what it is called and holds there, by a column of the table. */
export interface RelatedColumn extends TableColumn {
  /** The table's own name of it. */
  readonly from: string;
  /** Its value as SQL, where it is not the column as it is. */
  readonly sql?: string;
}

/** The same rows under other columns: a table over a table, that shares its database. */
export function relateTable(table: Table, columns: readonly RelatedColumn[]): Table {
  const selected = columns
    .map(({ name, from, sql }) => `${sql ?? quotedName(from)} AS ${quotedName(name)}`)
    .join(", ");
  const over = (relation: string): string => `(SELECT ${selected} FROM ${relation})`;
  const ownName = (name: string): string => columns.find((column) => column.name === name)?.from ?? name;
  const { asWritten, relation } = table.source;
  return {
    ...table,
    columns: columns.map(({ name, sqlType }) => ({ name, sqlType })),
    source: {
      ...table.source,
      relation: over(relation),
      asWritten: asWritten === null ? null : (names) => over(asWritten(names.map(ownName))),
    },
  };
}

/** The rows of a table that meet a condition, which `rows` do. */
export function filterTable(table: Table, condition: string, rows: number): Table {
  const over = (relation: string): string => `(SELECT * FROM ${relation} WHERE ${condition})`;
  const { asWritten, relation } = table.source;
  return {
    ...table,
    rows,
    source: {
      ...table.source,
      relation: over(relation),
      asWritten: asWritten === null ? null : (names) => over(asWritten(names)),
    },
  };
}
