import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { onTestFinished } from "vitest";
import type { CheckFailure } from "../contracts/failure.ts";
import { type CheckOptions, checkOptionsSchema } from "../contracts/options.ts";
import type { Outcome } from "../contracts/outcome.ts";
import { openTable } from "./openTable.ts";
import type { Table } from "./table.ts";

/** A folder that is gone after the test. */
export function testFolder(): {
  path: (name: string) => string;
  write: (name: string, content: string | Uint8Array) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), "headgate-read-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write: (name, content) => {
      writeFileSync(path(name), content);
      return path(name);
    },
  };
}

/** Runs SQL in a DuckDB without locks: it writes what the code under test reads. */
export async function writeBySql(...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

export function successIn<Value>(outcome: Outcome<Value, CheckFailure>): Value {
  if (!outcome.ok) throw new Error(`${outcome.failure.code}: ${outcome.failure.detail}`);
  return outcome.value;
}

export function failureIn(outcome: Outcome<unknown, CheckFailure>): CheckFailure {
  if (outcome.ok) throw new Error("it did not fail");
  return outcome.failure;
}

/** Opens a table that is closed after the test. */
export async function openForTest(...files: readonly string[]): Promise<Table> {
  const table = successIn(await openTable(files));
  onTestFinished(() => table.close());
  return table;
}

export const testOptions = (options: Partial<CheckOptions> = {}): CheckOptions => ({
  ...checkOptionsSchema.parse({ candidate: ["candidate.csv"] }),
  ...options,
});
