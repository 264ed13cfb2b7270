import { expect, test } from "vitest";
import type { Block } from "../contracts/columns.ts";
import { summarize } from "../count/summarize.ts";
import { sumOf } from "../count/sumOf.ts";
import { measuresOf } from "../dimensions/measuresOf.ts";
import { type Columns, countTable } from "../dimensions/testTables.ts";
import { frameOf } from "../encode/frameOf.ts";
import { type Random, seededRandom } from "../numerics/random.ts";
import { type Evidence, measureEvidence } from "./measureEvidence.ts";

const REFERENCE_ROWS = 600;
const CANDIDATE_ROWS = 300;

/** Rows of one process: two numbers that depend on each other, and three levels. */
function tableOf(random: Random, rows: number, shift = 0): Columns {
  const size = new Float64Array(rows);
  const weight = new Float64Array(rows);
  const shop: string[] = [];
  for (let row = 0; row < rows; row++) {
    size[row] = random.normal() + shift;
    weight[row] = Math.exp(0.7 * (size[row] ?? 0) + 0.7 * random.normal());
    shop.push(["north", "south", "east"][random.whole(3)] ?? "");
  }
  return { size, weight, shop };
}

async function evidenceOf(seed: number, { shift = 0, grouped = false } = {}): Promise<Evidence> {
  const random = seededRandom(seed, "evidence of tables");
  const { frame, sampled, reference, count } = await countTable(tableOf(random, REFERENCE_ROWS));
  const candidate = await count(tableOf(random, CANDIDATE_ROWS, shift));
  const measures = measuresOf(frame, reference);
  return measureEvidence({ reference: sampled, candidate }, frame, measures, [], {
    seed,
    draws: 99,
    grouped,
  });
}

/** How many of `checks` of real rows against real rows have p below 0.1. */
async function falseAlarms(checks: number, grouped: boolean): Promise<number> {
  let alarms = 0;
  for (let seed = 1; seed <= checks; seed++) if ((await evidenceOf(seed, { grouped })).p < 0.1) alarms++;
  return alarms;
}

// Of 20 checks at a level of 0.1 more than 6 have p < 0.1 once in 410 times; the median of 20 draws makes it rarer.
test.each([
  ["rows or parts of the sample", false],
  ["unions of buckets", true],
])("real rows are as seldom told from real rows as p says, by %s", async (_, grouped) => {
  expect(await falseAlarms(20, grouped)).toBeLessThanOrEqual(6);
});

/** Rows that come in 40 groups of unequal length, each with a level of its own, and count up within it. */
function groupedBlock(random: Random, longest = 0): Block {
  const [level, step, groups] = [[] as number[], [] as number[], [] as string[]];
  for (let group = 0; group < 40; group++) {
    const own = random.normal();
    const rows = group === 0 && longest > 0 ? longest : 10 + random.whole(20);
    for (let row = 0; row < rows; row++) {
      level.push(own + 0.1 * random.normal());
      step.push(row + random.next());
      groups.push(String(group));
    }
  }
  const columns = [Float64Array.from(level), Float64Array.from(step)];
  return { firstRow: 0, rows: level.length, columns, groups };
}

async function groupedEvidence(seed: number, longest = 0): Promise<Evidence> {
  const random = seededRandom(seed, "evidence of groups");
  const columns = ["level", "step"].map(
    (name) => ({ name, kind: "number", role: "feature", because: "" }) as const,
  );
  const plan = { columns, group: "group" };
  const [real, others] = [groupedBlock(random), groupedBlock(random, longest)];
  const blocksOf = async function* (block: Block): AsyncIterable<Block> {
    yield block;
  };
  const frame = await frameOf(blocksOf(real), plan, 1);
  const reference = await summarize(blocksOf(real), frame, plan, { seed, table: "reference" });
  const candidate = await summarize(blocksOf(others), frame, plan, { seed, table: "candidate" });
  const measures = measuresOf(frame, sumOf(reference.buckets));
  return measureEvidence({ reference, candidate }, frame, measures, [], { seed, draws: 99, grouped: true });
}

// Of 15 checks at a level of 0.1 more than 5 have p < 0.1 once in 440 times.
test("groups of like rows are as seldom told from other groups of the process", async () => {
  let alarms = 0;
  for (let seed = 1; seed <= 15; seed++) if ((await groupedEvidence(seed)).p < 0.1) alarms++;
  expect(alarms).toBeLessThanOrEqual(5);
});

test("one group that goes farther than all others is no more than one group", async () => {
  const { measured } = await groupedEvidence(1, 45);
  const beyond = measured.find(
    ({ metric, subject }) => metric === "constraint_violations" && subject === "step",
  );
  expect(beyond?.value).toBeGreaterThan(0.01);
  expect(beyond?.z).toBeLessThan(4);
});

test("rows that moved are told from real ones, and by which column", async () => {
  const { measured, t, null95, p, rowsASide } = await evidenceOf(7, { shift: 0.5 });
  expect(rowsASide).toBeGreaterThan(CANDIDATE_ROWS - 32);
  expect(p).toBe(1 / 51);
  expect(t).toBeGreaterThan(null95);
  const moved = measured.find(({ metric, subject }) => metric === "mann_whitney" && subject === "size");
  expect(moved?.z).toBeGreaterThan(5);
  expect(moved?.value).toBeGreaterThan(moved?.nullHigh ?? Number.NaN);
});

test("the same seed gives the same evidence", async () => {
  const [first, again] = [await evidenceOf(3), await evidenceOf(3)];
  expect(again).toEqual(first);
  expect(first.measured.some(({ z }) => Number.isFinite(z) && z !== 0)).toBe(true);
});
