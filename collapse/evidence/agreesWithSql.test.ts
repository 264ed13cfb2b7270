import { DuckDBInstance } from "@duckdb/node-api";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import { sumOf } from "../count/sumOf.ts";
import { measuresOf } from "../dimensions/measuresOf.ts";
import { seededRandom } from "../numerics/random.ts";
import { summariesOf } from "../testTables.ts";

// The same rows are counted by the check and by DuckDB's SQL, which shares no line with it.

const ROWS = { r: 3_000, c: 2_400 };
const GRADES = [1, 2, 3, 5, 8, 13];

function rowsOf(rows: number, seed: number, shift: number) {
  const random = seededRandom(seed, "rows");
  return Array.from({ length: rows }, () => {
    const x = random.normal() + shift;
    const grade = GRADES[Math.min(5, Math.floor(6 * random.next() ** (1 + shift)))] ?? 1;
    const shop = `s${Math.min(4, Math.floor(random.next() * (2 + grade / 3)))}`;
    return { x, y: 0.5 * x * (1 + shift) + 0.1 * grade + random.normal(), grade, shop };
  });
}
type Row = ReturnType<typeof rowsOf>[number];

const tables = { r: rowsOf(ROWS.r, 1, 0), c: rowsOf(ROWS.c, 2, 0.2) };
const columnsOf = (rows: readonly Row[]) => ({
  x: rows.map(({ x }) => x),
  y: rows.map(({ y }) => y),
  grade: rows.map(({ grade }) => grade),
  shop: rows.map(({ shop }) => shop),
});

let frame: Frame;
let sides: { readonly r: Aggregate; readonly c: Aggregate };
let metrics: ReadonlyMap<string, number>;
let ask: (sql: string) => Promise<number[][]>;

beforeAll(async () => {
  const counted = await summariesOf({ reference: columnsOf(tables.r), candidate: columnsOf(tables.c) }, 1, {
    kinds: { grade: "level" },
  });
  frame = counted.frame;
  sides = { r: sumOf(counted.reference.buckets), c: sumOf(counted.candidate.buckets) };
  metrics = new Map(
    measuresOf(frame, sides.r).flatMap((measure) => {
      const into = new Float64Array(measure.keys.length);
      measure.measure(sides.r, sides.c, into, 0);
      return measure.keys.map(({ metric, subject }, index): [string, number] => [
        subject === null ? metric : `${metric} ${subject}`,
        into[index] ?? Number.NaN,
      ]);
    }),
  );
  ask = await openSql(counted);
});

/** Tables r and c of the rows; `f_r`, `f_c` of their features; `edges_x` and `classes_x` of the frame. */
async function openSql({
  reference,
  candidate,
}: Awaited<ReturnType<typeof summariesOf>>): Promise<typeof ask> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const number = (value: number): string => value.toExponential();
  const put = (table: string, columns: string, rows: readonly string[]) =>
    connection.run(`CREATE TABLE ${table} (${columns}); INSERT INTO ${table} VALUES ${rows.join(", ")}`);
  for (const [side, rows] of Object.entries(tables))
    await put(
      side,
      "x DOUBLE, y DOUBLE, grade DOUBLE, shop VARCHAR",
      rows.map(({ x, y, grade, shop }) => `(${[x, y, grade].map(number).join(", ")}, '${shop}')`),
    );
  const { width } = frame.encoding;
  for (const [side, { sample }] of Object.entries({ f_r: reference, f_c: candidate }))
    await put(
      side,
      Array.from({ length: width }, (_, feature) => `f${feature} DOUBLE`).join(", "),
      Array.from(
        { length: sample.rows },
        (_, row) =>
          `(${[...sample.encoded.subarray(row * width, (row + 1) * width)].map(number).join(", ")})`,
      ),
    );
  for (const [index, variable] of frame.variables.entries())
    if (variable.kind === "number") {
      await put(
        `edges_${variable.name}`,
        "edge DOUBLE",
        Array.from(variable.edges, (edge) => `(${number(edge)})`),
      );
      const classes = Array.from(frame.classes[index] ?? [], (own, code) => `(${code}, ${own})`);
      await put(`classes_${variable.name}`, "code INTEGER, class INTEGER", classes);
    }
  return async (sql) => {
    const rows = (await connection.runAndReadAll(sql)).getRowsJS();
    return z.array(z.array(z.coerce.number())).parse(rows);
  };
}

const one = async (sql: string): Promise<number> => (await ask(sql))[0]?.[0] ?? Number.NaN;

function expectEqual(found: number | undefined, expected: number): void {
  const size = Math.max(Math.abs(found ?? Number.NaN), Math.abs(expected));
  expect(Math.abs((found ?? Number.NaN) - expected)).toBeLessThanOrEqual(1e-9 * size);
}

/** Rows per code of a number: the edges that are no larger than it. */
const codesSql = (side: string, name: string): string =>
  `SELECT (SELECT count(*) FROM edges_${name} WHERE edge <= ${name}) AS code, * FROM ${side}`;

/** Shares below, at and between the distinct values of a column in both tables, in their order. */
const stepsSql = (column: string): string => `
  WITH counts AS (
    SELECT v, sum(f)::DOUBLE AS f, sum(g)::DOUBLE AS g FROM (
      SELECT ${column} AS v, 1 AS f, 0 AS g FROM r UNION ALL SELECT ${column}, 0, 1 FROM c) GROUP BY v),
  steps AS (
    SELECT v, f, g, f + g AS l, sum(f) OVER w AS upto_f, sum(g) OVER w AS upto_g, sum(f + g) OVER w AS upto,
      lead(v) OVER (ORDER BY v) AS next_v FROM counts WINDOW w AS (ORDER BY v))`;

test("histograms: the rows of every bin and level", async () => {
  for (const [index, { name, kind }] of frame.variables.entries())
    for (const side of ["r", "c"] as const) {
      const sql =
        kind === "number"
          ? `SELECT code, count(*) FROM (${codesSql(side, name)}) GROUP BY code ORDER BY code`
          : null;
      const counts = sides[side].counts[index] ?? new Float64Array(0);
      if (sql !== null) {
        const found = Array.from(counts.entries()).filter(([, count]) => count > 0);
        expect(await ask(sql)).toEqual(found);
        continue;
      }
      const variable = frame.variables[index];
      for (const [code, level] of (variable?.kind === "level" ? variable.levels : []).entries())
        expect(counts[code]).toBe(await one(`SELECT count(*) FROM ${side} WHERE ${name} = '${level}'`));
    }
});

test("moments and co-moments of every two features", async () => {
  const { width } = frame.encoding;
  for (const side of ["r", "c"] as const) {
    const pairs = Array.from({ length: width }, (_, a) =>
      Array.from({ length: a + 1 }, (__, b) => `regr_sxy(f${a}, f${b})`),
    ).flat();
    const means = Array.from({ length: width }, (_, a) => `avg(f${a})`);
    const [found = []] = await ask(`SELECT ${[...means, ...pairs].join(", ")} FROM f_${side}`);
    const largest = Math.max(...sides[side].comoment);
    let at = 0;
    for (let a = 0; a < width; a++) expect(sides[side].mean[a]).toBeCloseTo(found[at++] ?? Number.NaN, 12);
    for (let a = 0; a < width; a++)
      for (let b = 0; b <= a; b++)
        expect(
          Math.abs((sides[side].comoment[a * width + b] ?? Number.NaN) - (found[at++] ?? 0)),
        ).toBeLessThanOrEqual(1e-9 * largest);
  }
});

test("Kolmogorov and Smirnov's distance, Wasserstein's in standard deviations, and Mann and Whitney's share", async () => {
  expectEqual(
    metrics.get("ks grade"),
    await one(`${stepsSql("grade")} SELECT max(abs(upto_f / ${ROWS.r} - upto_g / ${ROWS.c})) FROM steps`),
  );
  expectEqual(
    metrics.get("w1 grade"),
    await one(`${stepsSql("grade")} SELECT sum(abs(upto_f / ${ROWS.r} - upto_g / ${ROWS.c}) * (next_v - v))
      / (SELECT stddev_pop(grade) FROM r) FROM steps WHERE next_v IS NOT NULL`),
  );
  expectEqual(
    metrics.get("mann_whitney grade"),
    await one(
      "SELECT avg(CASE WHEN c.grade > r.grade THEN 1.0 WHEN c.grade = r.grade THEN 0.5 ELSE 0 END) - 0.5 FROM r, c",
    ),
  );
});

test("of a number the distance at the reference's edges, which no distance between them hides", async () => {
  const atEdges = await one(`SELECT max(abs((SELECT count(*) FROM r WHERE x < edge) / ${ROWS.r}
    - (SELECT count(*) FROM c WHERE x < edge) / ${ROWS.c})) FROM edges_x`);
  expectEqual(metrics.get("ks x"), atEdges);
  const whole = await one(
    `${stepsSql("x")} SELECT max(abs(upto_f / ${ROWS.r} - upto_g / ${ROWS.c})) FROM steps`,
  );
  expect(whole - atEdges).toBeLessThan(1 / 512);
});

test("Anderson and Darling's statistic of two samples, ties at midranks", async () => {
  const rows = ROWS.r + ROWS.c;
  // Scholz and Stephens 1987, equation 7, both samples summed.
  const term = (count: string, upTo: string, size: number): string =>
    `(l / ${rows}) * (${rows} * (${upTo} - ${count} / 2) - ${size} * (upto - l / 2)) ** 2
      / ((upto - l / 2) * (${rows} - upto + l / 2) - ${rows} * l / 4) / ${size}`;
  const square = await one(`${stepsSql("grade")}
    SELECT (${rows} - 1) / ${rows} * sum(${term("f", "upto_f", ROWS.r)} + ${term("g", "upto_g", ROWS.c)}) FROM steps`);
  expectEqual(metrics.get("anderson_darling grade"), (square - 1) * (1 / ROWS.r + 1 / ROWS.c));
});

test("chi-square over levels, and the entropy with Miller's and Madow's correction", async () => {
  for (const name of ["grade", "shop"]) {
    const [[square = 0, classes = 0] = []] = await ask(`${stepsSql(name)} SELECT
      sum((f - l * ${ROWS.r} / ${ROWS.r + ROWS.c}) ** 2 / (l * ${ROWS.r} / ${ROWS.r + ROWS.c})
        + (g - l * ${ROWS.c} / ${ROWS.r + ROWS.c}) ** 2 / (l * ${ROWS.c} / ${ROWS.r + ROWS.c})), count(*) FROM steps`);
    expectEqual(metrics.get(`chi_square ${name}`), (square - (classes - 1)) * (1 / ROWS.r + 1 / ROWS.c));
    const entropyOf = (side: "r" | "c"): Promise<number> =>
      one(`SELECT -sum(p * ln(p)) + (count(*) - 1) / (2 * ${ROWS[side]}) FROM (
        SELECT count(*) / ${ROWS[side]} AS p FROM ${side} GROUP BY ${name})`);
    expectEqual(metrics.get(`entropy_change ${name}`), (await entropyOf("c")) - (await entropyOf("r")));
  }
});

test("Pearson's correlation of the normal scores, as Fisher's z", async () => {
  const zOf = (side: string) => one(`SELECT atanh(corr(f0, f1)) FROM f_${side}`);
  expectEqual(metrics.get("correlation_change x × y"), (await zOf("c")) - (await zOf("r")));
});

test("Cramér's V, corrected for bias", async () => {
  const vOf = async (side: "r" | "c"): Promise<number> => {
    const n = ROWS[side];
    const [[square = 0, k = 0, l = 0] = []] = await ask(`
      WITH cells AS (SELECT a.v AS a, b.v AS b, (SELECT count(*) FROM ${side} WHERE grade = a.v AND shop = b.v) AS o,
          a.n * b.n / ${n} AS e
        FROM (SELECT grade AS v, count(*) AS n FROM ${side} GROUP BY 1) AS a,
          (SELECT shop AS v, count(*) AS n FROM ${side} GROUP BY 1) AS b)
      SELECT sum((o - e) ** 2 / e) / ${n}, count(DISTINCT a), count(DISTINCT b) FROM cells`);
    // Bergsma 2013.
    const corrected = Math.max(0, square - ((k - 1) * (l - 1)) / (n - 1));
    const least = Math.min(k - (k - 1) ** 2 / (n - 1), l - (l - 1) ** 2 / (n - 1));
    return Math.sqrt(corrected / (least - 1));
  };
  expectEqual(metrics.get("cramer_v_change grade × shop"), (await vOf("c")) - (await vOf("r")));
});

test("the correlation ratio of a number's eighths over levels, corrected for bias", async () => {
  const etaOf = async (side: "r" | "c"): Promise<number> => {
    const [[between = 0, total = 0, groups = 0] = []] = await ask(`
      WITH scored AS (SELECT class::DOUBLE AS s, shop FROM (${codesSql(side, "x")}) JOIN classes_x USING (code)),
      means AS (SELECT shop, avg(s) AS m, count(*) AS n FROM scored GROUP BY shop)
      SELECT (SELECT sum(n * (m - (SELECT avg(s) FROM scored)) ** 2) FROM means),
        (SELECT var_pop(s) * count(*) FROM scored), (SELECT count(*) FROM means)`);
    // Kelley 1935.
    return 1 - ((1 - between / total) * (ROWS[side] - 1)) / (ROWS[side] - groups);
  };
  expectEqual(metrics.get("eta_squared_change x × shop"), (await etaOf("c")) - (await etaOf("r")));
});
