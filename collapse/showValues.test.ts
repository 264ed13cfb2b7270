import { expect, test } from "vitest";
import { sampleReport } from "./report/testReport.ts";
import { showValues } from "./showValues.ts";
import { memoryBlocks, planOf } from "./testTables.ts";
import { timePhases } from "./timePhases.ts";

const TABLE = { age: [41, Number.NaN, 17, 30], name: ["Ada", "Bo", null, "x".repeat(99)] };

test("the values that speak against a row stand behind its reason, of the row itself and of no other column", async () => {
  const plan = planOf(TABLE, {});
  const item = (row: number, columns: string[]) => ({ row, columns, reason: "It is odd.", p: 0.01 });
  const rows = {
    found: "rows",
    method: "discriminator",
    flagged: 3,
    fdr: 0.1,
    items: [item(2, ["age", "name"]), item(1, ["age"]), item(3, ["name"]), item(9, ["age"])],
    map: [],
  } as const;
  const side = { files: [], rows: 4, blocks: () => memoryBlocks(TABLE, plan, 2) };
  const sides = { plan, reference: side, candidate: side, learned: null, ignored: [], notes: [] };
  const shown = await showValues(
    { ...sampleReport(), rows: { ...rows, items: [...rows.items], map: [] } },
    sides,
  );
  expect(shown.rows?.found === "rows" && shown.rows.items.map(({ reason }) => reason)).toEqual([
    "It is odd. (age = 17, name = missing)",
    "It is odd. (age = missing)",
    `It is odd. (name = ${"x".repeat(80)}…)`,
    "It is odd.",
  ]);
});

test("a report without flagged rows is left as it is, and no row is read", async () => {
  const report = { ...sampleReport(), rows: null };
  const blocks = () => {
    throw new Error("read");
  };
  const side = { files: [], rows: 4, blocks };
  const sides = {
    plan: planOf(TABLE, {}),
    reference: side,
    candidate: side,
    learned: null,
    ignored: [],
    notes: [],
  };
  expect(await showValues(report, sides)).toBe(report);
});

test("phases are clocked from their first word to the next one's, and whoever listens still hears them", () => {
  let now = 1_000;
  const heard: string[] = [];
  const clock = timePhases(
    ({ phase }) => heard.push(phase),
    () => now,
  );
  for (const [phase, lasts] of [
    ["Opening", 500],
    ["Counting", 1_000],
    ["Counting", 2_000],
    ["Judging", 250],
  ] as const) {
    clock.onProgress({ phase });
    now += lasts;
  }
  expect(clock.end()).toEqual({
    seconds: 3.75,
    phases: [
      { phase: "Opening", seconds: 0.5 },
      { phase: "Counting", seconds: 3 },
      { phase: "Judging", seconds: 0.25 },
    ],
  });
  expect(heard).toEqual(["Opening", "Counting", "Counting", "Judging"]);
});
