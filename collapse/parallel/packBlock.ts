import type { Block } from "../contracts/columns.ts";

/** Strings as places in the list of the distinct ones; a string costs a thousand times a place to copy. */
interface PackedStrings {
  readonly distinct: readonly (string | null)[];
  readonly places: Uint16Array;
}

type Column = Block["columns"][number];

/** A block on its way to another thread; what is counted of it and no more. */
export interface PackedBlock {
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: readonly (Float64Array | PackedStrings | null)[];
  readonly groups: PackedStrings | null;
}

/** Makes a block cheap to copy. */
export function packBlock({ firstRow, rows, columns, groups }: Block): PackedBlock {
  return { firstRow, rows, columns: columns.map(packed), groups: groups && packStrings(groups) };
}

/** The block again. */
export function unpackBlock({ firstRow, rows, columns, groups }: PackedBlock): Block {
  return {
    firstRow,
    rows,
    columns: columns.map(
      (column): Column =>
        column === null || column instanceof Float64Array ? column : unpackStrings(column),
    ),
    groups: groups && unpackStrings(groups).map((name) => name ?? ""),
  };
}

function packed(column: Column): Float64Array | PackedStrings | null {
  if (column === null) return null;
  if (!(column instanceof Float64Array)) return packStrings(column);
  // Copying a view copies all of the memory that it looks at.
  return column.byteLength < column.buffer.byteLength ? column.slice() : column;
}

function packStrings(strings: readonly (string | null)[]): PackedStrings {
  const known = new Map<string | null, number>();
  const places = new Uint16Array(strings.length);
  for (let row = 0; row < places.length; row++) {
    const text = strings[row] ?? null;
    let place = known.get(text);
    if (place === undefined) {
      place = known.size;
      known.set(text, place);
    }
    places[row] = place;
  }
  return { distinct: [...known.keys()], places };
}

function unpackStrings({ distinct, places }: PackedStrings): readonly (string | null)[] {
  return Array.from(places, (place) => distinct[place] ?? null);
}
