import fc from "fast-check";
import { expect, test } from "vitest";
import { codesOf } from "../contracts/columns.ts";
import { DIMENSIONS } from "../contracts/metrics.ts";
import { seededRandom, shuffledIndices } from "../numerics/random.ts";
import { measuresOf } from "./measuresOf.ts";
import { aggregateSome, type Columns, countTable, drawn, floorsOf, valuesOf } from "./testTables.ts";

const random = seededRandom(1, "measures");

function table(rows: number): Columns {
  const x = drawn(rows, () => random.normal());
  const y = x.map((value) => 0.8 * value + random.normal());
  const z = drawn(rows, (row) =>
    random.next() < 0.1 ? Number.NaN : Math.exp(random.normal()) + 0.3 * (y[row] ?? 0),
  );
  const letter = [...x].map(
    (value) => "abcde"[Math.min(4, Math.floor(Math.abs(2 * value + random.normal())))] ?? "a",
  );
  const word = letter.map((name) => (random.next() < 0.3 ? "other" : name));
  return { x, y, z, letter, word };
}

/**
 * Where the deviation is of the right size only: pairs are taken as independent, directions as well apart, and rows as
 * normal, though rare levels spread more. A floor may be too low, the null is measured; much too high it may not be.
 */
const WITHIN: Readonly<Record<string, readonly [number, number]>> = {
  fisher_excess: [0.5, 1.6],
  correlation_frobenius: [0.6, 1.4],
  correlation_of_correlations: [0.1, 1.6],
  strong_pairs_lost: [0, 1.6],
  subspace_overlap: [0.2, 1.6],
  eta_squared_change: [0.6, 1.3],
  cramer_v_change: [0.6, 1.3],
  gradient_alignment: [0.5, 2],
  excess_risk: [0.6, 2],
  log_condition_ratio: [0.5, 2],
  log_eigenvalue_rms: [0.6, 4],
  effective_rank: [0.6, 2],
  anderson_darling: [0.5, 1.4],
};
/** Metrics that are above or below 0 by chance too. */
const UNCENTERED = /^(ks|w1|fisher_excess|correlation_frobenius|correlation_of|strong|log_eigen|subspace)/;

test("analytic deviations are those of halves of the reference, and what chance adds is taken off", async () => {
  const [rows, s, draws] = [6000, 800, 150];
  const { frame, reference, sampled } = await countTable(table(rows));
  const measures = measuresOf(frame, reference);
  const all = new Map<string, number[]>();
  for (let draw = 0; draw < draws; draw++) {
    const order = shuffledIndices(rows, random);
    const [left, right] = [0, s].map((from) => aggregateSome(sampled, order.slice(from, from + s), frame));
    if (!left || !right) throw new Error("two sides");
    for (const measure of measures)
      for (const [name, value] of valuesOf(measure, left, right))
        all.set(name, [...(all.get(name) ?? []), value]);
  }
  const off: string[] = [];
  for (const [name, floor] of measures.flatMap((measure) => [...floorsOf(measure, s)])) {
    const values = (all.get(name) ?? []).filter(Number.isFinite);
    // Floors of what hardly ever happens are 1 / s, or half a count.
    if (values.length < draws || floor <= 2 / s || name === "eigenvalues_over_edge") continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / draws;
    const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws);
    const roughly = WITHIN[name.split(" ")[0] ?? ""];
    const [least, most] = roughly ?? [0.75, 1.25];
    if (sd < least * floor || sd > most * floor) off.push(`sd of ${name}: ${sd / floor}`);
    if (!UNCENTERED.test(name) && Math.abs(mean) > (roughly ? 1.2 : 0.4) * floor)
      off.push(`mean of ${name}: ${mean / floor}`);
  }
  expect(off).toStrictEqual([]);
});

test("every dimension of sums is there in the report's order, and keys are unique", async () => {
  const { frame, reference } = await countTable(table(300));
  const measures = measuresOf(frame, reference);
  const names = measures.map((measure) => measure.keys[0]?.dimension);
  expect(names).toStrictEqual(DIMENSIONS.filter((name) => name !== "generalization_gap"));
  const keys = measures.flatMap((measure) =>
    measure.keys.map(({ metric, subject }) => `${metric} ${subject}`),
  );
  expect(new Set(keys).size).toBe(keys.length);
  const shown = measures.filter((measure) => measure.keys.every((key) => !key.inEvidence));
  expect(shown.map((measure) => measure.keys[0]?.dimension)).toStrictEqual([
    "gradient_health",
    "loss_landscape",
  ]);
});

const number = fc.oneof(
  fc.constantFrom(0, 1, Number.NaN, 1e300, -1e-300),
  fc.double({ noDefaultInfinity: true }),
);
const columnsOf = (rows: number): fc.Arbitrary<Columns> =>
  fc.record({
    a: fc.array(number, { minLength: rows, maxLength: rows }).map((values) => Float64Array.from(values)),
    b: fc.oneof(
      fc.constant(new Float64Array(rows)),
      fc.constant(new Float64Array(rows).fill(Number.NaN)),
      fc
        .array(fc.integer({ min: 0, max: 3 }), { minLength: rows, maxLength: rows })
        .map((values) => Float64Array.from(values)),
    ),
    level: fc
      .array(fc.constantFrom(1, 2, Number.NaN), { minLength: rows, maxLength: rows })
      .map((values) => Float64Array.from(values)),
    c: fc.array(fc.constantFrom("x", "y", null), { minLength: rows, maxLength: rows }),
  });

test("whatever the rows, numbers are finite or NaN, floors are above 0, and nothing is thrown", async () => {
  const tables = fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 6 }))
    .chain(([n, m]) => fc.tuple(columnsOf(n), columnsOf(m), fc.constantFrom(undefined, "a", "c")));
  await fc.assert(
    fc.asyncProperty(tables, async ([columns, others, target]) => {
      const { frame, reference, sampled, count } = await countTable(columns, target);
      const nobody = aggregateSome(sampled, new Uint32Array(0), frame);
      const [bucket = nobody] = (await count(others)).buckets.filter(({ rows }) => rows > 0);
      for (const measure of measuresOf(frame, reference)) {
        for (const [left, right] of [
          [reference, bucket],
          [nobody, bucket],
          [reference, nobody],
          [bucket, reference],
        ] as const)
          for (const value of valuesOf(measure, left, right).values())
            if (!(Number.isFinite(value) || Number.isNaN(value))) throw new Error(`${value}`);
        for (const floor of floorsOf(measure, 10).values()) expect(floor).toBeGreaterThanOrEqual(0.1);
      }
    }),
    { numRuns: 40 },
  );
});

test("a frame of no variables has no metrics of columns", () => {
  const encoding = { width: 0, features: [], dense: 0, encoders: [] };
  const frame = { variables: [], pairs: [], classes: [], encoding, grids: new Float64Array(0) };
  const empty = {
    rows: 0,
    counts: [],
    pairs: [],
    mean: new Float64Array(0),
    comoment: new Float64Array(0),
    duplicates: 0,
    digests: { share: 1, digests: new Float64Array(0), rows: new Float64Array(0) },
    onGrid: new Float64Array(0),
  };
  for (const measure of measuresOf(frame, empty))
    for (const value of valuesOf(measure, empty, empty).values()) expect(value).toBeNaN();
  expect(
    codesOf({ kind: "level", name: "a", column: 0, isTarget: false, part: "value", levels: [] }).size,
  ).toBe(2);
});
