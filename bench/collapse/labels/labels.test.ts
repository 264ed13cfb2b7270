import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { seededRandom } from "../../../collapse/numerics/random.ts";
import { independentMarginals } from "../generators/independentMarginals.ts";
import type { BenchTable } from "../table.ts";
import { worldOf } from "../world.ts";
import { BOOSTED_TREES } from "./boosting.ts";
import { CHAINS, chainNats } from "./chainNats.ts";
import { columnClasses } from "./columnClasses.ts";
import { FORESTS } from "./forest.ts";
import { labelCase } from "./labelCase.ts";
import { openLabels } from "./labelFile.ts";
import { type LearningSet, rowLosses } from "./learn.ts";
import { benchOf } from "./measureArms.ts";
import { NEAREST, nearestPoints } from "./neighbors.ts";

function surface(rows: number, seed: number): BenchTable {
  const random = seededRandom(seed, "surface");
  const columns = ["a", "b", "c"].map((name) => ({
    name,
    kind: "number" as const,
    values: Float64Array.from({ length: rows }, () => random.normal()),
  }));
  const [a, b] = columns;
  const target = Float64Array.from(
    { length: rows },
    (_, row) => Math.sin(2 * (a?.values[row] ?? 0)) + (b?.values[row] ?? 0) ** 2 + 0.8 * random.normal(),
  );
  return { rows, columns: [...columns, { name: "y", kind: "number", values: target }] };
}

/** Two inputs; the output is 1 where exactly one of them is positive: no linear model can say it. */
function exclusiveOr(rows: number, seed: number): LearningSet {
  const random = seededRandom(seed, "exclusive or");
  const values = Float64Array.from({ length: 2 * rows }, () => random.normal());
  const targets = Float64Array.from({ length: rows }, (_, row) =>
    Number((values[2 * row] ?? 0) > 0 !== (values[2 * row + 1] ?? 0) > 0),
  );
  return { points: { rows, width: 2, values }, targets, outputs: 1 };
}

it.each([FORESTS, BOOSTED_TREES, NEAREST])("learns what is not linear: $name", ({ models }) => {
  const [train, test] = [exclusiveOr(800, 1), exclusiveOr(400, 2)];
  for (const model of models) {
    const losses = rowLosses(model(train, test.points, seededRandom(1, "model")), test);
    // A constant answer loses 0.25.
    expect(losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toBeLessThan(0.08);
  }
});

it("finds the nearest points in order, as a sort of all distances does", () => {
  const { points: known } = exclusiveOr(60, 3);
  const { points: asked } = exclusiveOr(5, 4);
  const { rows } = nearestPoints(known, asked, 7);
  for (let row = 0; row < 5; row++) {
    const square = (other: number): number =>
      ((asked.values[2 * row] ?? 0) - (known.values[2 * other] ?? 0)) ** 2 +
      ((asked.values[2 * row + 1] ?? 0) - (known.values[2 * other + 1] ?? 0)) ** 2;
    const sorted = [...Array(60).keys()].sort((left, right) => square(left) - square(right)).slice(0, 7);
    expect([...rows.subarray(row * 7, row * 7 + 7)]).toEqual(sorted);
  }
});

it.each(Object.entries(CHAINS))("counts the nats of a row once, however often it is said: %s", (_, chain) => {
  const random = seededRandom(8, "fours");
  const told = (rows: number): BenchTable => {
    const values = Array.from({ length: rows }, () => "abcd".charAt(random.whole(4)));
    return { rows, columns: ["first", "again"].map((name) => ({ name, kind: "category" as const, values })) };
  };
  const [train, test] = [told(2000), told(500)];
  const nats = chainNats(chain, { train, test }, columnClasses(train), random);
  // A tree of a forest may be shown the wrong half of the axes at a split, and stop.
  const perRow = nats.reduce((sum, each) => sum + each, 0) / 500;
  expect(perRow).toBeGreaterThan(Math.log(4) - 0.02);
  expect(perRow).toBeLessThan(Math.log(4) + (chain.trees > 1 ? 0.4 : 0.02));
  // Where the second word differs from the first, as it never did, a row costs far more.
  const [first, again] = [told(500).columns[0], test.columns[1]];
  if (first === undefined || again === undefined) throw new Error("There are two columns.");
  const differing = { rows: 500, columns: [first, again] };
  const surprised = chainNats(chain, { train, test: differing }, columnClasses(train), random);
  expect(surprised.reduce((sum, each) => sum + each, 0) / 500).toBeGreaterThan(3);
});

it("labels real rows healthy and independent columns collapsed, for both purposes", () => {
  const world = worldOf({ name: "surface", target: "y", table: surface(3700, 5) }, 600, 1);
  const bench = benchOf(world);
  expect(bench.tail.reduce((sum, isTail) => sum + isTail, 0)).toBe(400);
  const healthy = labelCase(world.other, 600, bench);
  expect(healthy?.predictive.label).not.toBe("collapsed");
  expect(healthy?.generative.label).toBe("healthy");
  const broken = independentMarginals(world.seen, { share: 1 }, seededRandom(6, "broken"));
  const collapsed = labelCase(broken, 600, bench);
  expect([collapsed?.predictive.label, collapsed?.generative.label]).toEqual(["collapsed", "collapsed"]);
  expect(collapsed?.predictive.h).toBeGreaterThan(3);
});

it("deals out rows that no two parts share", () => {
  const world = worldOf({ name: "surface", target: "y", table: surface(4000, 7) }, 600, 1);
  const parts = [world.test, world.other, world.seen, world.fresh].map((part) => [
    ...(part.columns[0]?.values ?? []),
  ]);
  expect(new Set(parts.flat()).size).toBe(1400 + 3 * 600);
  const draws = world.realDraws(600).flatMap((draw) => [...(draw.columns[0]?.values ?? [])]);
  expect(new Set(draws).size).toBe(draws.length);
  expect(new Set([...draws, ...(parts[0] ?? []), ...(parts[1] ?? [])]).size).toBe(draws.length + 1400 + 600);
});

it("keeps labels from run to run, and leaves a line out that a kill cut off", () => {
  const folder = mkdtempSync(join(tmpdir(), "headgate-labels-"));
  const file = join(folder, "labels.jsonl");
  openLabels(file).set("first", null);
  writeFileSync(file, `${readFileSync(file, "utf8")}{"case":"second","la`);
  const labels = openLabels(file);
  expect([labels.get("first"), labels.get("second")]).toEqual([null, undefined]);
  labels.set("second", null);
  expect(openLabels(file).get("second")).toBeNull();
  rmSync(folder, { recursive: true });
});
