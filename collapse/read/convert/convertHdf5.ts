import { BIGINT } from "@duckdb/node-api";
import { type Dataset, File, Group, ready } from "h5wasm/node";
import { Unreadable } from "../refuseFile.ts";
import type { ColumnPreset } from "../table.ts";
import { type Conversion, type Converted, unreadColumn } from "./converted.ts";
import { type Hdf5Column, hdf5Columns } from "./hdf5Columns.ts";
import { findTables, type Hdf5Table } from "./hdf5Tables.ts";
import { openPartsWriter, type PartsWriter, type WrittenValues } from "./partsWriter.ts";

const ROWS_AT_ONCE = 8_192;
const EPISODE = "episode_index";

/**
 * Writes the table of an HDF5 file as Parquet, part after part: the datasets of a group side by side
 * (`file.h5#group`), numbered groups one under the other with their number as `episode_index`. Throws `Unreadable`,
 * and what the library throws where the file is damaged.
 */
export async function convertHdf5({ path, part, folder, name }: Conversion): Promise<Converted> {
  // Else the library prints what it finds wrong to standard error.
  (await ready).activate_throwing_error_handler();
  const file = new File(path, "r");
  let writer: PartsWriter | null = null;
  try {
    const { group, tables, isOfEpisodes, left } = findTables(groupOf(file, part));
    const [first] = tables;
    if (first === undefined) throw new Unreadable("it holds no table");
    const columns = columnsOf(first);
    const episode = isOfEpisodes ? [{ name: EPISODE, type: BIGINT }] : [];
    writer = await openPartsWriter(folder, name, [...episode, ...columns]);
    for (const [index, table] of tables.entries())
      await writeTable(table, columns, isOfEpisodes ? BigInt(index) : null, writer);
    const notes =
      left.length === 0 ? [] : [`Left out, for they have other numbers of rows: ${quoted(left)}.`];
    const unread = columns.flatMap((column): [string, ColumnPreset][] =>
      column.unread === null ? [] : [[column.name, unreadColumn(column.unread)]],
    );
    return {
      paths: await writer.end(),
      notes: [
        `Read was the group \`${group}\`${isOfEpisodes ? `, ${tables.length} episodes` : ""}.`,
        ...notes,
      ],
      presets: new Map(unread),
    };
  } finally {
    writer?.close();
    file.close();
  }
}

function groupOf(file: File, part: string | null): Group {
  if (part === null) return file;
  const found = file.get(part);
  if (found instanceof Group) return found;
  throw new Unreadable(`it has no group "${part}"`, `Name one of its groups: ${quoted(file.keys())}.`);
}

function columnsOf({ datasets }: Hdf5Table): readonly Hdf5Column[] {
  const columns = [...datasets].flatMap(([name, dataset]) => hdf5Columns(name, dataset));
  const names = columns.map((column) => column.name);
  const twice = names.find((one, at) => names.indexOf(one) < at || one === "");
  if (twice !== undefined)
    throw new Unreadable(`two of its columns are named "${twice}"`, "Give each column a name of its own.");
  return columns;
}

async function writeTable(
  { datasets, rows }: Hdf5Table,
  columns: readonly Hdf5Column[],
  episode: bigint | null,
  writer: PartsWriter,
): Promise<void> {
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, rows - from);
    const values = new Map<string, WrittenValues>();
    for (const [name, dataset] of datasets) {
      const its = hdf5Columns(name, dataset);
      const part = its.some(({ unread }) => unread === null) ? sliceOf(dataset, from, count) : [];
      for (const column of its) values.set(column.name, column.valuesOf(part, count));
    }
    const others = columns.map(({ name }) => {
      const its = values.get(name);
      if (its?.length === count) return its;
      throw new Unreadable(`"${name}" has other values in one of its episodes than in the first`);
    });
    const numbers = episode === null ? [] : [Array.from({ length: count }, () => episode)];
    await writer.write([...numbers, ...others]);
  }
}

function sliceOf(dataset: Dataset, from: number, count: number): ArrayLike<unknown> {
  const part: unknown = dataset.slice([[from, from + count]]);
  if (Array.isArray(part) || isNumbers(part)) return part;
  throw new Unreadable(
    `"${dataset.path}" cannot be unpacked`,
    "Write it again without packing, or with gzip.",
  );
}

const isNumbers = (part: unknown): part is ArrayLike<unknown> =>
  ArrayBuffer.isView(part) && !(part instanceof DataView);

const quoted = (names: readonly string[]): string =>
  `${names
    .slice(0, 5)
    .map((name) => `\`${name}\``)
    .join(", ")}${names.length > 5 ? ", …" : ""}`;
