import { DuckDBInstance } from "@duckdb/node-api";

/** Parquet files of one process: twenty columns, most of which follow from two hidden numbers. */
export interface MadeTables {
  readonly candidate: string;
  readonly reference: string;
}

/** What SQL calls a number from 0 to 1 that depends on the row, the table's seed and a purpose alone. */
const uniform = (purpose: number): string =>
  `((hash(i, seed, ${purpose}) >> 11)::DOUBLE + 0.5) / 9007199254740992.0`;

/** Box and Muller 1958. */
const normal = (purpose: number): string =>
  `sqrt(-2 * ln(${uniform(2 * purpose)})) * cos(2 * pi() * ${uniform(2 * purpose + 1)})`;

/** Fifteen numbers (two rounded, one with gaps), a level, two categories, and two numbers with long tails. */
const COLUMNS: readonly string[] = [
  "a AS n0",
  "b AS n1",
  ...Array.from({ length: 9 }, (_, k) => `a * ${(k % 3) / 2} + b * ${(k % 4) / 3} + e${k} AS n${k + 2}`),
  "a * a + 0.5 * e1 AS n11",
  "CASE WHEN e2 > 1.5 THEN NULL ELSE a * b + e3 END AS n12",
  "round(a + e4, 2) AS r0",
  "round(b * 10 + e5, 1) AS r1",
  "exp(a + 0.5 * e6) AS x0",
  "exp(2 * b) AS x1",
  "(floor(3 + a + e7))::BIGINT % 8 AS level",
  "'shop ' || ((floor(4 + b + e8))::BIGINT % 12) AS shop",
  "'item ' || floor(400 * u * u)::BIGINT AS item",
];

const sqlOf = (rows: number, seed: number): string => `
  SELECT ${COLUMNS.join(", ")} FROM (
    SELECT ${normal(1)} AS a, ${normal(2)} AS b, ${uniform(99)} AS u,
      ${Array.from({ length: 9 }, (_, k) => `${normal(3 + k)} AS e${k}`).join(", ")}
    FROM (SELECT i, ${seed}::BIGINT AS seed FROM range(${rows}) AS numbers(i)))`;

/** Writes a candidate and a reference of `rows` rows each into `folder`; the same call writes the same values. */
export async function makeTables(folder: string, rows: number): Promise<MadeTables> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const write = async (name: string, seed: number): Promise<string> => {
    const path = `${folder}/${name}-${rows}.parquet`;
    await connection.run(`COPY (${sqlOf(rows, seed)}) TO '${path}' (FORMAT parquet)`);
    return path;
  };
  const made = { candidate: await write("candidate", 1), reference: await write("reference", 2) };
  connection.closeSync();
  instance.closeSync();
  return made;
}
