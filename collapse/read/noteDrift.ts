import type { TablePlan } from "../contracts/columns.ts";
import { numberSql } from "./columnTypes.ts";
import { timeSqlOf } from "./splitTable.ts";
import type { Table } from "./table.ts";

/** Fewer values in an eighth say too little. */
const LEAST_VALUES = 100;
/** Standard deviations that a mean moves by before anybody is told. */
const FAR = 0.25;
/** Of a difference of two means, in its own standard errors. */
const SURE = 5;

/**
 * Says of the column that moves most with time by how much: the mean of its newest eighth less that of its oldest, in
 * standard deviations. Null without a column of time, and where nothing moves.
 */
export async function noteDrift(table: Table, plan: TablePlan, called: string): Promise<string | null> {
  const time = timeSqlOf(table, plan);
  const columns = plan.columns.filter(({ kind, role }) => kind === "number" && role !== "time" && role !== "ignore");
  const types = new Map(table.columns.map(({ name, sqlType }) => [name, sqlType]));
  const read = columns.filter(({ name }) => types.has(name));
  if (time === null || read.length === 0) return null;
  const { database, relation } = table.source;
  const times = (
    await database.rows(
      `SELECT approx_quantile(${time}, 0.125)::DOUBLE AS early, approx_quantile(${time}, 0.875)::DOUBLE AS late FROM ${relation}`,
    )
  )[0];
  if (typeof times?.early !== "number" || typeof times.late !== "number" || times.early >= times.late) return null;
  const isOld = `${time} <= ${times.early}::DOUBLE`;
  const isNew = `${time} >= ${times.late}::DOUBLE`;
  const selected = read.flatMap(({ name }, index) => {
    const value = numberSql(name, types.get(name) ?? "DOUBLE");
    return [
      `avg(${value}) FILTER (${isOld}) AS old_${index}`,
      `avg(${value}) FILTER (${isNew}) AS new_${index}`,
      `stddev_pop(${value}) AS sd_${index}`,
      `least(count(${value}) FILTER (${isOld}), count(${value}) FILTER (${isNew}))::DOUBLE AS rows_${index}`,
    ];
  });
  const found = (await database.rows(`SELECT ${selected.join(", ")} FROM ${relation}`))[0] ?? {};
  const drifts = read.map(({ name }, index) => {
    const at = (what: string): number => Number(found[`${what}_${index}`] ?? Number.NaN);
    const moved = (at("new") - at("old")) / at("sd");
    const rows = at("rows");
    const isTold = rows >= LEAST_VALUES && Math.abs(moved) > FAR && Math.abs(moved) > SURE * Math.sqrt(2 / rows);
    return { name, moved: isTold ? moved : 0 };
  });
  const most = drifts.reduce((one, other) => (Math.abs(other.moved) > Math.abs(one.moved) ? other : one));
  if (!(Math.abs(most.moved) > 0)) return null;
  const others = drifts.filter(({ moved }) => moved !== 0).length - 1;
  const more = others === 0 ? "" : `, and ${others} more columns move`;
  return `Rows of ${called} drift with time: the mean of \`${most.name}\` in their newest eighth lies ${Math.abs(most.moved).toFixed(2)} standard deviations ${most.moved > 0 ? "above" : "below"} that in their oldest${more}.`;
}
