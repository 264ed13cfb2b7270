import { isListOfNumbers } from "../columnTypes.ts";
import { type Database, quotedName } from "../database.ts";
import type { TableColumn } from "../table.ts";
import type { View } from "./view.ts";

/** Longer lists are vectors. */
const MOST_ITEMS = 15;

/**
 * Lists of numbers that all have one length below 16 (a robot's state, an action) as a column of each number, named
 * `action[0]`, `action[1]`; as DOUBLE, since a part of a list is a measurement and no identifier. Null where the table has none.
 */
export async function layOutLists(
  database: Database,
  relation: string,
  columns: readonly TableColumn[],
): Promise<View | null> {
  const lists = columns.filter(({ sqlType }) => isListOfNumbers(sqlType));
  if (lists.length === 0) return null;
  const lengths = lists.flatMap(({ name }, index) => [
    `min(len(${quotedName(name)}))::DOUBLE AS least_${index}`,
    `max(len(${quotedName(name)}))::DOUBLE AS most_${index}`,
  ]);
  const found = (await database.rows(`SELECT ${lengths.join(", ")} FROM ${relation}`))[0] ?? {};
  const itemsOf = new Map(
    lists.flatMap(({ name }, index) => {
      const items = Number(found[`least_${index}`] ?? 0);
      const isFixed = items > 0 && items <= MOST_ITEMS && items === Number(found[`most_${index}`]);
      return isFixed ? [[name, items] as const] : [];
    }),
  );
  if (itemsOf.size === 0) return null;
  const names = new Set(columns.map(({ name }) => name));
  const selected = columns.flatMap(({ name }) => {
    const items = Array.from({ length: itemsOf.get(name) ?? 0 }, (_, item) => item);
    const isTaken = items.some((item) => names.has(`${name}[${item}]`));
    if (items.length === 0 || isTaken) return [quotedName(name)];
    return items.map(
      (item) => `${quotedName(name)}[${item + 1}]::DOUBLE AS ${quotedName(`${name}[${item}]`)}`,
    );
  });
  return {
    over: (rows) => `(SELECT ${selected.join(", ")} FROM ${rows})`,
    presets: new Map(),
    notes: [],
  };
}
