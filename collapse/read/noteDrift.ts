import type { TablePlan } from "../contracts/columns.ts";
import { numberSql } from "./columnTypes.ts";
import { timeSqlOf } from "./splitTable.ts";
import type { Table } from "./table.ts";

/** Rows that are looked at. */
const SAMPLED_ROWS = 200_000;
/** Fewer values in an eighth say too little. */
const LEAST_VALUES = 100;
/** Standard deviations that a median moves by before anybody is told. */
const FAR = 0.25;
/** Of a difference of two medians, in its own standard errors: 1.253 sd / √n each, of normal values. */
const SURE = 5;
/** Standard deviations between the quartiles of normal values. */
const QUARTILES_APART = 1.349;

/**
 * Says of the column that moves most with time by how much: the median of its newest eighth less that of its oldest, in
 * standard deviations as the quartiles have them. Medians of rows that are chosen by hash are the same whatever the
 * number of threads. Null without a column of time, and where nothing moves. Throws what DuckDB throws.
 */
export async function noteDrift(table: Table, plan: TablePlan, called: string): Promise<string | null> {
  const types = new Map(table.columns.map(({ name, sqlType }) => [name, sqlType]));
  const columns = plan.columns
    .filter(
      ({ name, kind, role }) => kind === "number" && role !== "ignore" && role !== "time" && types.has(name),
    )
    .map(({ name }) => ({ name, sql: numberSql(name, types.get(name) ?? "DOUBLE") }));
  const time = timeSqlOf(table, plan);
  if (time === null || columns.length === 0) return null;
  const drifts = await driftsOf(table, time, columns);
  const most = drifts.reduce((one, other) => (Math.abs(other.moved) > Math.abs(one.moved) ? other : one), {
    name: "",
    moved: 0,
  });
  if (most.moved === 0) return null;
  const others = drifts.filter(({ moved }) => moved !== 0).length - 1;
  const more = others === 0 ? "" : `, and ${others} more ${others === 1 ? "column moves" : "columns move"}`;
  return `Rows of ${called} drift with time: the median of \`${most.name}\` in their newest eighth lies ${Math.abs(most.moved).toFixed(2)} standard deviations ${most.moved > 0 ? "above" : "below"} that in their oldest${more}.`;
}

interface Drift {
  readonly name: string;
  /** In standard deviations; 0 where it is not sure, or not far. */
  readonly moved: number;
}

async function driftsOf(
  { rows, source }: Table,
  time: string,
  columns: readonly { readonly name: string; readonly sql: string }[],
): Promise<readonly Drift[]> {
  const { database, relation } = source;
  const every = Math.max(1, Math.floor(rows / SAMPLED_ROWS));
  const values = columns.map(({ sql }, index) => `${sql} AS v${index}`).join(", ");
  const sampled = `(SELECT ${time} AS t, ${values} FROM ${relation} WHERE hash(${time}) % ${every} = 0)`;
  const eighths = await database.rows(
    `SELECT quantile_disc(t, 0.125)::DOUBLE AS early, quantile_disc(t, 0.875)::DOUBLE AS late FROM ${sampled}`,
  );
  const { early, late } = eighths[0] ?? {};
  if (typeof early !== "number" || typeof late !== "number" || early >= late) return [];
  const selected = columns.flatMap((_, index) => [
    `quantile_disc(v${index}, 0.5) FILTER (t <= ${early}::DOUBLE) AS old_${index}`,
    `quantile_disc(v${index}, 0.5) FILTER (t >= ${late}::DOUBLE) AS new_${index}`,
    `quantile_disc(v${index}, 0.75) - quantile_disc(v${index}, 0.25) AS spread_${index}`,
    `least(count(v${index}) FILTER (t <= ${early}::DOUBLE), count(v${index}) FILTER (t >= ${late}::DOUBLE))::DOUBLE AS rows_${index}`,
  ]);
  const found = (await database.rows(`SELECT ${selected.join(", ")} FROM ${sampled}`))[0] ?? {};
  return columns.map(({ name }, index) => {
    const at = (what: string): number => Number(found[`${what}_${index}`] ?? Number.NaN);
    const moved = ((at("new") - at("old")) * QUARTILES_APART) / at("spread");
    const error = 1.253 * Math.sqrt(2 / at("rows"));
    const isTold =
      Number.isFinite(moved) && at("rows") >= LEAST_VALUES && Math.abs(moved) > Math.max(FAR, SURE * error);
    return { name, moved: isTold ? moved : 0 };
  });
}
