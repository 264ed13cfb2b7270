import type { ColumnPlan, TablePlan } from "../contracts/columns.ts";
import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { epochSql, numberSql, valueTypeOf } from "./columnTypes.ts";
import { quotedName } from "./database.ts";
import { explainReadError } from "./readError.ts";
import { filterTable } from "./relateTable.ts";
import type { Table } from "./table.ts";

/** The halves of a table by a column of time. */
export interface Halves {
  readonly older: Table;
  readonly newer: Table;
  /** Rows without a time, which are in neither. */
  readonly without: number;
}

/** The middle of the times is that of some 200,000 rows. */
const SAMPLED_ROWS = 200_000;

/** The column that the plan orders rows by, as SQL that is NULL where there is no time; null where it has none. */
export function timeSqlOf(table: Table, { columns }: TablePlan): string | null {
  const time = columns.find(({ role }) => role === "time");
  return time === undefined ? null : timeSql(table, time);
}

function timeSql({ columns }: Table, { name }: ColumnPlan): string {
  const sqlType = columns.find((column) => column.name === name)?.sqlType ?? "VARCHAR";
  return valueTypeOf(sqlType) === "number" ? numberSql(name, sqlType) : epochSql(name, sqlType);
}

/**
 * Parts a table at the middle of its times, in flat memory: no row is sorted, and those of either half stay in the
 * order of the files. Failure: `bad_option`, where the column does not part the rows.
 */
export async function splitTable(
  table: Table,
  sql: string,
  column: string,
): Promise<Outcome<Halves, CheckFailure>> {
  try {
    const { database, relation } = table.source;
    const every = Math.max(1, Math.floor(table.rows / SAMPLED_ROWS));
    // By the value's hash, so that neither the place of a row nor the number of threads changes which are taken.
    const sampled = every === 1 ? "" : ` WHERE hash(${quotedName(column)}) % ${every} = 0`;
    const middle = (
      await database.rows(`SELECT quantile_disc(${sql}, 0.5)::DOUBLE AS middle FROM ${relation}${sampled}`)
    )[0]?.middle;
    if (typeof middle !== "number") return failed(notParted(column, table));
    for (const sign of ["<", "<="]) {
      const isOlder = `${sql} ${sign} ${middle}::DOUBLE`;
      const counted = await database.rows(
        `SELECT count(*) FILTER (${isOlder})::DOUBLE AS older, count(${sql})::DOUBLE AS timed FROM ${relation}`,
      );
      const older = Number(counted[0]?.older ?? 0);
      const timed = Number(counted[0]?.timed ?? 0);
      if (older === 0 || older === timed) continue;
      return done({
        older: filterTable(table, isOlder, older),
        newer: filterTable(table, `NOT (${isOlder})`, timed - older),
        without: table.rows - timed,
      });
    }
    return failed(notParted(column, table));
  } catch (error) {
    return failed(explainReadError(error, table.files));
  }
}

const notParted = (column: string, { files }: Table): CheckFailure => ({
  code: "bad_option",
  detail: `The rows cannot be parted by time: "${column}" does not hold two different times.`,
  fix: "Name a column of dates or numbers with --time, or name real rows with --reference.",
  file: files[0] ?? null,
  column,
});
