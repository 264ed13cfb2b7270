import type { Database } from "./database.ts";
import type { TableColumn } from "./table.ts";

/** The columns of a relation, and its rows counted. Throws what DuckDB throws. */
export async function describeRelation(
  database: Database,
  relation: string,
): Promise<{ readonly rows: number; readonly columns: readonly TableColumn[] }> {
  const described = await database.rows(`DESCRIBE FROM ${relation}`);
  const columns = described.map((row) => ({
    name: String(row.column_name),
    sqlType: String(row.column_type),
  }));
  const counted = await database.rows(`SELECT count(*)::DOUBLE AS rows FROM ${relation}`);
  return { columns, rows: Number(counted[0]?.rows ?? 0) };
}
