import fc from "fast-check";
import { expect, test } from "vitest";
import { createDigestTable } from "./digestTable.ts";
import { emptyRowSet } from "./rowSet.ts";

test("a set of rows has what was added to it, once, and nothing beyond the table", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 70 }),
      fc.array(fc.integer({ min: -3, max: 80 })),
      (rows, added) => {
        const set = emptyRowSet(rows);
        for (const row of added) set.add(row);
        const inside = new Set(added.filter((row) => row >= 0 && row < rows));
        expect(set.size).toBe(inside.size);
        for (let row = -3; row < 83; row++) expect(set.has(row)).toBe(inside.has(row));
      },
    ),
  );
});

test("digests are counted as long as there is room, and watched ones always", () => {
  const table = createDigestTable([5, 21], 16);
  for (let digest = 100; digest < 140; digest++) table.add(digest);
  for (const digest of [5, 21, 21, 37, 100]) table.add(digest);
  expect([5, 21, 37, 100].map(table.countOf)).toEqual([1, 2, null, 2]);
});
