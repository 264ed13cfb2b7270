import { existsSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { BenchTable, Column } from "./table.ts";

/** A public table, and what a model of it predicts. */
export interface Dataset {
  readonly name: string;
  readonly target: string;
  readonly table: BenchTable;
}

interface Source {
  readonly files: readonly string[];
  readonly target: string;
  readonly dropped?: readonly string[];
  /** Columns of numbers that name kinds of things. */
  readonly categories?: readonly string[];
}

const SOURCES: Readonly<Record<string, Source>> = {
  adult: { files: ["adult-train.csv.gz", "adult-test.csv.gz"], target: "income" },
  "california-housing": { files: ["housing.csv"], target: "median_house_value" },
  diamonds: { files: ["diamonds.csv.gz"], target: "price" },
  "wine-quality": { files: ["winequality.csv"], target: "quality" },
  "credit-default": {
    files: ["credit_default.csv.gz"],
    target: "DID_DEFAULT_PAYMENT",
    dropped: ["USER_ID"],
    categories: ["SEX", "EDUCATION", "MARITALSTATUS", "DID_DEFAULT_PAYMENT"],
  },
  "magic-telescope": { files: ["magic.csv"], target: "class" },
  "protein-casp": { files: ["casp.csv.gz"], target: "RMSD" },
};

export const DATASETS = Object.keys(SOURCES);

/** Reads a data set out of its folder under `folder`. Throws where a file is not there. */
export async function readDataset(folder: string, name: string): Promise<Dataset> {
  const source = SOURCES[name];
  if (source === undefined) throw new Error(`${name} is no data set of the bench: ${DATASETS.join(", ")}.`);
  const files = source.files.map((file) => join(folder, name, file));
  for (const file of files) if (!existsSync(file)) throw new Error(`${file} is not there.`);
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(", ");
  const from = `from read_csv([${list}], header = true, sample_size = -1)`;
  const described = await connection.runAndReadAll(`describe select * ${from}`);
  const plans = described
    .getRows()
    .map(([columnName, type]) => ({ name: String(columnName), type: String(type) }))
    .filter(({ name: columnName }) => source.dropped?.includes(columnName) !== true)
    .map(({ name: columnName, type }) => ({
      name: columnName,
      isCategory: type === "VARCHAR" || source.categories?.includes(columnName) === true,
    }));
  const selected = plans.map(({ name: columnName, isCategory }) => {
    const quoted = `"${columnName.replaceAll('"', '""')}"`;
    return isCategory ? `coalesce(${quoted}::varchar, '')` : `coalesce(${quoted}::double, 'nan'::double)`;
  });
  const read = await connection.runAndReadAll(`select ${selected.join(", ")} ${from}`);
  const columns = read.getColumns().flatMap((values, at): Column[] => {
    const plan = plans[at];
    if (plan === undefined) return [];
    return plan.isCategory
      ? [{ name: plan.name, kind: "category", values: values.map(String) }]
      : [{ name: plan.name, kind: "number", values: Float64Array.from(values, Number) }];
  });
  connection.closeSync();
  instance.closeSync();
  return { name, target: source.target, table: { rows: columns[0]?.values.length ?? 0, columns } };
}
