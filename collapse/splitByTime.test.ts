import { expect, test } from "vitest";
import type { Block } from "./contracts/columns.ts";
import { blocksBetween } from "./splitByTime.ts";

async function* blocksOf(rows: number, blockRows: number): AsyncIterable<Block> {
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const indices = Array.from({ length: Math.min(blockRows, rows - firstRow) }, (_, row) => firstRow + row);
    const names = indices.map(String);
    yield {
      firstRow,
      rows: indices.length,
      columns: [Float64Array.from(indices), names, null],
      groups: names,
    };
  }
}

async function rowsBetween(
  from: number,
  to: number,
): Promise<{ first: number[]; values: number[]; names: string[] }> {
  const found = { first: [] as number[], values: [] as number[], names: [] as string[] };
  for await (const { firstRow, columns, groups } of blocksBetween(blocksOf(25, 10), from, to)) {
    found.first.push(firstRow);
    found.values.push(...(columns[0] instanceof Float64Array ? columns[0] : []));
    found.names.push(...(groups ?? []));
  }
  return found;
}

test("the halves of a table hold each of its rows once, numbered from 0", async () => {
  const older = await rowsBetween(0, 12);
  const newer = await rowsBetween(12, 25);
  expect([...older.values, ...newer.values]).toEqual(Array.from({ length: 25 }, (_, row) => row));
  expect([older.first, newer.first]).toEqual([
    [0, 10],
    [0, 8],
  ]);
  expect(newer.names).toEqual(newer.values.map(String));
});
