import type { Dataset, Group } from "h5wasm/node";
import { Unreadable } from "../refuseFile.ts";

/** Datasets of equally many rows, which stand side by side. */
export interface Hdf5Table {
  /** By the column that each is, or begins the names of. */
  readonly datasets: ReadonlyMap<string, Dataset>;
  readonly rows: number;
}

/** Tables one under the other: one, or an episode each. */
export interface Hdf5Tables {
  readonly group: string;
  readonly tables: readonly Hdf5Table[];
  readonly isOfEpisodes: boolean;
  /** Datasets that have other numbers of rows. */
  readonly left: readonly string[];
}

const DEEPEST = 32;

/**
 * Finds the table in a group: its datasets; where it has none the one group in it, or its groups that are numbered
 * (`demo_0`, `demo_1`), one under the other. Links to other files are not followed. Throws `Unreadable`.
 */
export function findTables(group: Group, depth = 0): Hdf5Tables {
  const { datasets, groups } = entriesOf(group, "");
  if (datasets.size > 0) {
    const { table, left } = tableOf(datasets);
    return { group: group.path, tables: [table], isOfEpisodes: false, left };
  }
  const [first, second] = groups;
  if (first === undefined) throw new Unreadable(`its group ${group.path} is empty`, NAME_ONE);
  if (second === undefined && depth < DEEPEST) return findTables(first, depth + 1);
  if (!groups.every(({ path }) => /\d+$/.test(path)))
    throw new Unreadable(
      `it holds several groups: ${groups
        .slice(0, 4)
        .map(({ path }) => path)
        .join(", ")}`,
      NAME_ONE,
    );
  return episodesOf(group, groups);
}

const NAME_ONE = "Name the group of the table behind the sign #: `file.h5#group/table`.";

/** The datasets of numbered groups, those below them too (`obs/joint_pos`). */
function episodesOf(group: Group, groups: readonly Group[]): Hdf5Tables {
  const numbered = [...groups].sort((left, right) => numberOf(left.path) - numberOf(right.path));
  const found = numbered.map((one) => tableOf(allDatasets(one, "", 0)));
  const left = new Set(found.flatMap((one) => one.left));
  return { group: group.path, tables: found.map(({ table }) => table), isOfEpisodes: true, left: [...left] };
}

const numberOf = (path: string): number => Number(/\d+$/.exec(path)?.[0] ?? 0);

function allDatasets(group: Group, prefix: string, depth: number): ReadonlyMap<string, Dataset> {
  const { datasets, groups } = entriesOf(group, prefix);
  if (depth >= DEEPEST) return datasets;
  const below = groups.flatMap((one) => [
    ...allDatasets(one, `${prefix}${one.path.slice(one.path.lastIndexOf("/") + 1)}/`, depth + 1),
  ]);
  return new Map([...datasets, ...below]);
}

function entriesOf(
  group: Group,
  prefix: string,
): { datasets: ReadonlyMap<string, Dataset>; groups: readonly Group[] } {
  const datasets = new Map<string, Dataset>();
  const groups: Group[] = [];
  for (const key of group.keys()) {
    const entity = group.get(key);
    if (entity === null || !("type" in entity)) continue;
    if (entity.type === "Dataset") datasets.set(`${prefix}${key}`, entity as Dataset);
    if (entity.type === "Group") groups.push(entity as Group);
  }
  return { datasets, groups };
}

/** The rows are those that most datasets have; of equally many the more. */
function tableOf(all: ReadonlyMap<string, Dataset>): { table: Hdf5Table; left: readonly string[] } {
  const counts = new Map<number, number>();
  for (const { shape } of all.values()) {
    const rows = shape?.[0];
    if (rows !== undefined) counts.set(rows, (counts.get(rows) ?? 0) + 1);
  }
  const [rows] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0];
  const isIn = ([, { shape }]: readonly [string, Dataset]): boolean => shape?.[0] === rows;
  const datasets = new Map([...all].filter(isIn));
  if (datasets.size === 0) throw new Unreadable("it holds single values, and no table", NAME_ONE);
  return { table: { datasets, rows }, left: [...all.keys()].filter((name) => !datasets.has(name)) };
}
