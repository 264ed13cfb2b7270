import type { Block, VectorColumn } from "./contracts/columns.ts";

/** The rows `from` (inclusive) to `to` (exclusive) of a table, as blocks whose first row is row 0. */
export async function* blocksBetween(
  blocks: AsyncIterable<Block>,
  from: number,
  to: number,
): AsyncIterable<Block> {
  for await (const block of blocks) {
    const start = Math.max(from - block.firstRow, 0);
    const end = Math.min(to - block.firstRow, block.rows);
    if (start >= end) continue;
    yield {
      firstRow: block.firstRow + start - from,
      rows: end - start,
      columns: block.columns.map((column) => column?.slice(start, end) ?? null),
      groups: block.groups?.slice(start, end) ?? null,
      ...vectorsBetween(block, start, end),
    };
  }
}

function vectorsBetween({ vectors }: Block, start: number, end: number): Pick<Block, "vectors"> {
  if (vectors === undefined) return {};
  const cut = (vector: VectorColumn | null): VectorColumn | null =>
    vector === null
      ? null
      : { ...vector, values: vector.values.slice(start * vector.width, end * vector.width) };
  return { vectors: vectors.map(cut) };
}
