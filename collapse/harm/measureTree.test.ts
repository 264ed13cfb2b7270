import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { type MemoryTable, summariesOf } from "../testTables.ts";
import { chowLiuTree } from "./chowLiuTree.ts";
import { drawSides } from "./drawSides.ts";
import { measureTree } from "./measureTree.ts";
import { splitRows } from "./splitRows.ts";

const ROWS = 256;

/** A chain of three levels, b after a and c after b, and one that knows nothing. */
function chain(purpose: string, faith: number): Record<string, string[]> {
  const random = seededRandom(11, purpose);
  const next = (before: number): number => (random.next() < faith ? before : random.whole(3));
  const rows = Array.from({ length: ROWS }, () => {
    const a = random.whole(3);
    const b = next(a);
    return [a, random.whole(3), next(b), b].map((level) => `level ${level}`);
  });
  return Object.fromEntries(["a", "d", "c", "b"].map((name, at) => [name, rows.map((row) => row[at] ?? "")]));
}

test("the tree joins what depends on each other directly", () => {
  const table = chain("tree", 0.8);
  const states = ["a", "d", "c", "b"].map((name) =>
    Uint8Array.from((table[name] ?? []).map((level) => Number(level.at(-1)))),
  );
  const tree = chowLiuTree(
    states,
    [3, 3, 3, 3],
    Uint32Array.from({ length: ROWS }, (_, row) => row),
  );
  const edges = tree.variables.map((variable, place) => [variable, tree.parents[place] ?? -1].sort().join());
  expect(edges).toContain("0,3");
  expect(edges).toContain("2,3");
});

/** −log p of a row under the tree a–b–c, d alone on whichever: counted with plain loops over strings. */
function slowLoss(
  table: MemoryTable,
  rows: readonly number[],
  tests: readonly number[],
  real: MemoryTable,
  edges: readonly (readonly [string, string | null])[],
): number {
  const at = (from: MemoryTable, name: string | null, row: number): string =>
    name === null ? "" : String(from[name]?.[row]);
  let sum = 0;
  for (const row of tests)
    for (const [child, parent] of edges) {
      const alike = rows.filter((other) => at(table, parent, other) === at(real, parent, row));
      const same = alike.filter((other) => at(table, child, other) === at(real, child, row));
      sum -= Math.log((same.length + 0.5) / (alike.length + 0.5 * 5));
    }
  return sum / tests.length / 4;
}

test("extra nats are those of counting by hand, to 1e-9", async () => {
  const tables = { reference: chain("real", 0.8), candidate: chain("other", 0.3) };
  const { frame, reference, candidate } = await summariesOf(tables);
  const samples = { reference: reference.sample, candidate: candidate.sample };
  const split = splitRows(samples.reference, samples.candidate);
  const draws = drawSides(samples, split, { seed: 1, pairs: 3 });
  const nats = measureTree({ ...samples, frame }, split, draws);
  const indexOf = (sample: typeof reference.sample, rows: Iterable<number>): number[] =>
    [...rows].map((row) => sample.index[row] ?? 0);
  const tests = indexOf(samples.reference, split.test);
  const edges = edgesIn(
    frame.variables.map(({ name }) => name),
    samples.reference,
    split.test,
  );
  draws.sides.forEach(({ left, candidate: side }, pair) => {
    const real = indexOf(
      samples.reference,
      left.flatMap((piece) => [...(draws.real.rows[piece] ?? [])]),
    );
    const other = indexOf(
      samples.candidate,
      side.flatMap((piece) => [...(draws.candidate.rows[piece] ?? [])]),
    );
    const expected =
      slowLoss(tables.candidate, other, tests, tables.reference, edges) -
      slowLoss(tables.reference, real, tests, tables.reference, edges);
    expect(Math.abs((nats?.candidate[pair] ?? 0) - expected)).toBeLessThan(1e-9);
  });
});

function edgesIn(names: readonly string[], sample: { codes: readonly Uint16Array[] }, rows: Uint32Array) {
  const states = sample.codes.map((codes) => Uint8Array.from(codes));
  const tree = chowLiuTree(
    states,
    names.map(() => 5),
    rows,
  );
  return tree.variables.map((variable, place): [string, string | null] => [
    names[variable] ?? "",
    names[tree.parents[place] ?? -1] ?? null,
  ]);
}

test("a table of constants has no nats", async () => {
  const table = { a: Array(300).fill("x"), b: new Float64Array(300).fill(2) };
  const { frame, reference, candidate } = await summariesOf({ reference: table, candidate: table });
  const samples = { reference: reference.sample, candidate: candidate.sample };
  const split = splitRows(samples.reference, samples.candidate);
  expect(
    measureTree({ ...samples, frame }, split, drawSides(samples, split, { seed: 1, pairs: 3 })),
  ).toBeNull();
});

test("rows that a candidate puts below every real number cost nats", async () => {
  const random = seededRandom(5, "atom");
  const real = Float64Array.from({ length: 2_000 }, () => Math.max(0, random.normal()) * 100);
  const noisy = real.map((value) => (value === 0 ? -Math.abs(random.normal()) : value));
  const { frame, reference, candidate } = await summariesOf({
    reference: { x: real },
    candidate: { x: noisy },
  });
  const samples = { reference: reference.sample, candidate: candidate.sample };
  const split = splitRows(samples.reference, samples.candidate);
  const nats = measureTree({ ...samples, frame }, split, drawSides(samples, split, { seed: 1, pairs: 3 }));
  for (const value of nats?.candidate ?? []) expect(value).toBeGreaterThan(1);
});
