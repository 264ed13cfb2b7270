import { expect, test } from "vitest";
import { summariesOf } from "../testTables.ts";
import { planTasks } from "./planTasks.ts";

const numbers = (from: number) => Float64Array.from({ length: 300 }, (_, row) => Math.sin(from + row));
const table = {
  one: numbers(1),
  two: numbers(2),
  three: numbers(3),
  four: Array.from({ length: 300 }, (_, row) => `level ${row % 3}`),
  five: numbers(5),
  six: numbers(6),
};

const frameOf = async (target?: string) =>
  (await summariesOf({ reference: table, candidate: table }, 1, target ? { target } : {})).frame;

test("every column is a target once, and is predicted from columns of other folds alone", async () => {
  const frame = await frameOf();
  const tasks = planTasks(frame, null);
  expect(tasks).toHaveLength(4);
  expect(tasks.flatMap(({ targets }) => targets.map(({ name }) => name)).sort()).toEqual(
    Object.keys(table).sort(),
  );
  for (const task of tasks) {
    const inputs = new Set(task.columns.flat());
    for (const target of task.targets)
      for (const feature of target.features) expect(inputs.has(feature)).toBe(false);
  }
});

test("the levels of a column are one target, and stay together as input", async () => {
  const frame = await frameOf();
  const four = frame.encoding.features.flatMap(({ variable }, feature) =>
    frame.variables[variable]?.name === "four" ? [feature] : [],
  );
  const tasks = planTasks(frame, null);
  expect(tasks.flatMap(({ targets }) => targets).find(({ name }) => name === "four")?.features).toEqual(four);
  expect(tasks.flatMap(({ columns }) => columns)).toContainEqual(four);
});

test("a declared target is the only one, predicted from all other columns", async () => {
  for (const tasks of [planTasks(await frameOf("two"), null), planTasks(await frameOf(), "two")]) {
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toMatchObject({ isDeclared: true, targets: [{ name: "two" }] });
    expect(tasks[0]?.columns).toHaveLength(5);
  }
});

test("one column alone cannot be predicted", async () => {
  const alone = { one: numbers(1) };
  expect(planTasks((await summariesOf({ reference: alone, candidate: alone })).frame, null)).toEqual([]);
});
