import { join } from "node:path";
import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
} from "@duckdb/node-api";
import { quotedName, quotedText } from "../database.ts";

/** A column that is written: its name, and DuckDB's type of it. */
export interface WrittenColumn {
  readonly name: string;
  readonly type: DuckDBType;
}

/** Values of a column: any, or numbers of a DOUBLE, where NaN is missing. Numbers are written some 20 times as fast. */
export type WrittenValues = readonly DuckDBValue[] | Float64Array;

/** Writes rows as Parquet, in parts, so that memory stays flat in rows. */
export interface PartsWriter {
  /** @param columns of each column its next values, as many as the others have. */
  write(columns: readonly WrittenValues[]): Promise<void>;
  /** Ends the last part; answers the paths of all. */
  end(): Promise<readonly string[]>;
  close(): void;
}

/** A vector of DuckDB holds so many. */
const CHUNK_ROWS = 2_048;
const PART_ROWS = 122_880;
/** Values of a part; wide tables have fewer rows in one. */
const PART_VALUES = 4_000_000;

/** Writes parts `<name>-0.parquet` and on into `folder`, and can write nowhere else. */
export async function openPartsWriter(
  folder: string,
  name: string,
  columns: readonly WrittenColumn[],
): Promise<PartsWriter> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", temp_directory: "" });
  const connection = await instance.connect();
  await connection.run(`SET allowed_directories = [${quotedText(folder)}]`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
  const writer = new Writer(connection, join(folder, name), columns);
  return {
    write: (values) => writer.write(values),
    end: () => writer.end(),
    close: () => {
      writer.abandon();
      connection.closeSync();
      instance.closeSync();
    },
  };
}

class Writer {
  readonly #connection: DuckDBConnection;
  readonly #path: string;
  readonly #columns: readonly WrittenColumn[];
  readonly #partRows: number;
  readonly #paths: string[] = [];
  #appender: DuckDBAppender | null = null;
  #rows = -1;

  constructor(connection: DuckDBConnection, path: string, columns: readonly WrittenColumn[]) {
    this.#connection = connection;
    this.#path = path;
    this.#columns = columns;
    this.#partRows = Math.min(PART_ROWS, Math.max(CHUNK_ROWS, Math.floor(PART_VALUES / columns.length)));
  }

  async write(values: readonly WrittenValues[]): Promise<void> {
    const rows = values[0]?.length ?? 0;
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      if (this.#rows < 0) await this.#begin();
      const types = this.#columns.map(({ type }) => type);
      const chunk = DuckDBDataChunk.create(types, Math.min(CHUNK_ROWS, rows - from));
      for (const [index, column] of values.entries())
        fillColumn(chunk, index, column.slice(from, from + CHUNK_ROWS));
      this.#appender?.appendDataChunk(chunk);
      this.#rows += chunk.rowCount;
      if (this.#rows >= this.#partRows) await this.#finish();
    }
  }

  /** Lets go of a part that is not ended. */
  abandon(): void {
    this.#appender?.closeSync();
    this.#appender = null;
  }

  /** A table without rows is a part too: its columns are known. */
  async end(): Promise<readonly string[]> {
    if (this.#rows < 0 && this.#paths.length === 0) await this.#begin();
    if (this.#rows >= 0) await this.#finish();
    return this.#paths;
  }

  async #begin(): Promise<void> {
    const columns = this.#columns.map(({ name, type }) => `${quotedName(name)} ${type.toString()}`);
    await this.#connection.run(`CREATE TABLE part (${columns.join(", ")})`);
    this.#appender = await this.#connection.createAppender("part");
    this.#rows = 0;
  }

  async #finish(): Promise<void> {
    this.#appender?.closeSync();
    this.#appender = null;
    const path = `${this.#path}-${this.#paths.length}.parquet`;
    await this.#connection.run(`COPY part TO ${quotedText(path)} (FORMAT parquet, COMPRESSION snappy)`);
    await this.#connection.run("DROP TABLE part");
    this.#paths.push(path);
    this.#rows = -1;
  }
}

function fillColumn(chunk: DuckDBDataChunk, index: number, values: WrittenValues): void {
  if (!(values instanceof Float64Array)) {
    chunk.setColumnValues(index, values);
    return;
  }
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBDoubleVector)) throw new Error("a column of numbers is not one of DOUBLE");
  // biome-ignore lint/complexity/useLiteralKeys: it is private, and the only way to write without a call per value.
  vector["items"].set(values);
  vector.flush();
}
