import { availableParallelism } from "node:os";
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance, type JS } from "@duckdb/node-api";

/** A DuckDB of one table's own, that can read the files of that table and nothing else. */
export interface Database {
  /** All rows of a small result. */
  rows(sql: string): Promise<Record<string, JS>[]>;
  /** A result chunk by chunk, in the order of its rows; several may be read at a time. A chunk is not to be kept. */
  chunks(sql: string): AsyncGenerator<DuckDBDataChunk, void, undefined>;
  run(sql: string): Promise<void>;
  close(): void;
}

export interface DatabaseLimits {
  /** What DuckDB itself may hold. It never spills to disk: what does not fit fails, and is read as a stream. */
  readonly memoryBytes?: number;
  readonly threads?: number;
}

const DEFAULT_MEMORY_BYTES = 512 * 1024 * 1024;
const MOST_THREADS = 4;

/**
 * Opens a database in memory and locks it: only `files` (absolute paths) can be read; nothing can be written,
 * fetched, attached or loaded, and no statement can unlock it again. So neither the name nor the content of a file
 * reaches anything else.
 */
export async function openDatabase(files: readonly string[], limits: DatabaseLimits): Promise<Database> {
  const threads = limits.threads ?? Math.min(availableParallelism(), MOST_THREADS);
  const memoryBytes = limits.memoryBytes ?? DEFAULT_MEMORY_BYTES;
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: `${Math.ceil(memoryBytes / 1024)}KiB`,
    temp_directory: "",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  // DuckDB reads every name as a pattern: it is asked for the escaped one, which matches the real one.
  const allowed = files.flatMap((file) => [file, escapedPattern(file)]);
  await connection.run(`SET allowed_paths = [${allowed.map(quotedText).join(", ")}]`);
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  await connection.run("SET preserve_insertion_order = true");
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
  return databaseOver(connection, instance);
}

function databaseOver(connection: DuckDBConnection, instance: DuckDBInstance): Database {
  return {
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS(),
    chunks: (sql) => chunksOf(instance, sql),
    run: async (sql) => {
      await connection.run(sql);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A connection holds one open result, so each has its own. */
async function* chunksOf(
  instance: DuckDBInstance,
  sql: string,
): AsyncGenerator<DuckDBDataChunk, void, undefined> {
  const connection = await instance.connect();
  try {
    const result = await connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  } finally {
    connection.closeSync();
  }
}

/** A file's name as a pattern that matches that file alone. */
export const escapedPattern = (file: string): string => file.replace(/[*?[\]]/g, (sign) => `[${sign}]`);

/** As a literal of SQL. */
export const quotedText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** As a name of SQL. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
