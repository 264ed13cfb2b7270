import { expect, test } from "vitest";
import type { Block, ColumnPlan, TablePlan } from "./contracts/columns.ts";
import { seededRandom } from "./numerics/random.ts";
import type { Side, Sides } from "./openSides.ts";
import { type MemoryTable, memoryBlocks, planOf } from "./testTables.ts";
import { sourceTexts } from "./text/testTexts.ts";
import { viewOf } from "./viewOf.ts";

function sidesOf(plan: TablePlan, reference: MemoryTable, candidate: MemoryTable): Sides {
  const sideOf = (table: MemoryTable): Side => ({
    files: ["memory"],
    rows: Math.max(...Object.values(table).map(({ length }) => length)),
    blocks: () => memoryBlocks(table, plan, 64),
  });
  return {
    plan,
    learned: null,
    reference: sideOf(reference),
    candidate: sideOf(candidate),
    ignored: [],
    notes: [],
  };
}

async function firstBlock(side: Side): Promise<Block> {
  for await (const block of side.blocks()) return block;
  throw new Error("no block");
}

const quiet = (): void => {};

test("a table of texts alone is one of documents, each of them 44 numbers", async () => {
  const [reference, candidate] = [{ text: sourceTexts(100, 1) }, { text: sourceTexts(100, 2) }];
  const plan = planOf(reference, { kinds: { text: "text" } });
  const { unit, sides } = await viewOf(sidesOf(plan, reference, candidate), 1, quiet);
  expect(unit).toBe("document");
  const derived = sides.plan.columns.filter(({ derivedFrom }) => derivedFrom === "text");
  expect([derived.length, derived[0]?.name]).toEqual([44, "text: log tokens"]);
  const block = await firstBlock(sides.candidate);
  expect(block.columns).toHaveLength(45);
  expect(block.columns[1]).toEqual(new Float64Array(64).fill(Math.log(31)));
});

test("beside other columns a text is some more numbers of its row", async () => {
  const table = { price: Array.from({ length: 100 }, (_, row) => row / 7), text: sourceTexts(100, 1) };
  const plan = planOf(table, { kinds: { text: "text" } });
  const { unit, sides } = await viewOf(sidesOf(plan, table, table), 1, quiet);
  expect([unit, sides.plan.columns.length]).toEqual(["row", 46]);
});

test("missing texts are missing numbers, and a text is never compared with itself", async () => {
  const text = [null, "", "one single text that nobody else has", ...sourceTexts(20, 1)];
  const plan = planOf({ text }, { kinds: { text: "text" } });
  const { sides } = await viewOf(sidesOf(plan, { text }, { text }), 1, quiet);
  const block = await firstBlock(sides.reference);
  const place = sides.plan.columns.findIndex(({ name }) => name === "text: words that the reference has not");
  const unseen = block.columns[place] ?? [];
  expect([unseen[0], unseen[1], unseen[2]]).toEqual([Number.NaN, Number.NaN, 1]);
});

test("numbers and levels alone are left as they are", async () => {
  const table = { price: Array.from({ length: 30 }, (_, row) => row) };
  const sides = sidesOf(planOf(table, {}), table, table);
  const view = await viewOf(sides, 1, quiet);
  expect([view.unit, view.sides]).toEqual(["row", sides]);
});

test("of rows in groups, whose outermost are those of a group or two, values beyond these are no evidence", async () => {
  const table = { price: [1, 2, 3], user: ["a", "b", "c"] };
  const plan = planOf(table, { group: "user" });
  const doubted = async (of: TablePlan) => (await viewOf(sidesOf(of, table, table), 1, quiet)).doubted;
  expect(await doubted(plan)).toEqual(["constraint_violations"]);
  expect(await doubted({ ...plan, group: null })).toEqual([]);
});

test("actions by episodes are trajectories, and what counts frames is left out", async () => {
  const rows = Array.from({ length: 400 }, (_, row) => row);
  const table: MemoryTable = {
    "action[0]": rows.map((row) => Math.sin(row / 9)),
    "observation.state[0]": rows.map((row) => Math.sin((row - 2) / 9)),
    timestamp: rows.map((row) => (row % 40) / 30),
    episode_index: rows.map((row) => String(Math.floor(row / 40))),
  };
  const plan = planOf(table, { group: "episode_index" });
  const view = await viewOf(sidesOf(plan, table, table), 1, quiet);
  expect([view.unit, view.sides.plan.columns.find(({ name }) => name === "timestamp")?.role]).toEqual([
    "episode",
    "ignore",
  ]);
  expect((await viewOf(sidesOf(planOf(table, {}), table, table), 1, quiet)).unit).toBe("row");
});

test("a long vector becomes 32 signed sums that keep its length on average, and a missing one has none", async () => {
  const width = 640;
  const column: ColumnPlan = {
    name: "vector",
    kind: "vector",
    role: "feature",
    because: "said by a test",
    width,
  };
  const random = seededRandom(1, "vectors");
  const values = Float64Array.from({ length: 50 * width }, () => random.normal());
  values.fill(Number.NaN, 0, width);
  const side: Side = {
    files: ["memory"],
    rows: 50,
    async *blocks() {
      yield { firstRow: 0, rows: 50, columns: [null], groups: null, vectors: [{ width, values }] };
    },
  };
  const sides: Sides = {
    ...sidesOf({ columns: [column], group: null }, { a: [1] }, { a: [1] }),
    reference: side,
  };
  const view = await viewOf(sides, 1, quiet);
  const columns = (await firstBlock(view.sides.reference)).columns.slice(1);
  expect([view.unit, columns.length]).toEqual(["row", 32]);
  expect(columns.every((one) => Number.isNaN(one?.[0]))).toBe(true);
  const squares = columns.flatMap((one) =>
    Array.from({ length: 49 }, (_, row) => Number(one?.[row + 1]) ** 2),
  );
  expect(squares.reduce((sum, square) => sum + square, 0) / (49 * width)).toBeCloseTo(1, 1);
});
