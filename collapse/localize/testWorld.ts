import { seededRandom } from "../numerics/random.ts";
import { type MemoryTable, memoryBlocks, summariesOf } from "../testTables.ts";
import type { LocalizeInput } from "./localizeRows.ts";

// Tables as the tests of localization plant bad rows in them: four numbers and a name that go together.

/** One row of a test's table. */
export type Row = readonly [size: number, weight: number, price: number, age: number, kind: string];
const NAMES = ["size", "weight", "price", "age", "kind"] as const;

/** @testOnly Rows as the real world has them. */
export function realRows(rows: number, seed: number): Row[] {
  const random = seededRandom(seed, "real rows of a test");
  return Array.from({ length: rows }, () => {
    const size = random.normal();
    const age = random.normal();
    const price = size * size + 0.4 * age + 0.2 * random.normal();
    return [size, size + 0.2 * random.normal(), price, age, price > 0.8 ? "dear" : "cheap"];
  });
}

/** @testOnly Each column in a random order of its own. */
export function shuffledRows(rows: readonly Row[], seed: number): Row[] {
  const random = seededRandom(seed, "shuffled rows of a test");
  const any = (): Row => rows[random.whole(rows.length)] ?? [0, 0, 0, 0, ""];
  return rows.map(() => [any()[0], any()[1], any()[2], any()[3], any()[4]]);
}

/** @testOnly The rows as columns. */
export const tableOf = (rows: readonly Row[]): MemoryTable =>
  Object.fromEntries(NAMES.map((name, at) => [name, rows.map((row) => row[at])])) as MemoryTable;

/** @testOnly Rows with some of them replaced, evenly spread over the table; and which. */
export function planted(
  rows: readonly Row[],
  bad: readonly Row[],
): { readonly rows: readonly Row[]; readonly places: ReadonlySet<number> } {
  const step = rows.length / Math.max(1, bad.length);
  const mixed = [...rows];
  const places = bad.map((row, at) => {
    const place = Math.floor(at * step);
    mixed[place] = row;
    return place;
  });
  return { rows: mixed, places: new Set(places) };
}

/** @testOnly What localization is told of a candidate that surely differs. */
export async function inputOf(
  tables: { readonly reference: MemoryTable; readonly candidate: MemoryTable },
  over: Partial<LocalizeInput> = {},
  blockRows = 16_384,
): Promise<LocalizeInput> {
  const { frame, plan, reference, candidate } = await summariesOf(tables, 1);
  return {
    plan,
    frame,
    tables: { reference, candidate },
    evidence: { measured: [], p: 0.005 },
    readCandidate: () => memoryBlocks(tables.candidate, plan, blockRows),
    seed: 1,
    ...over,
  };
}
