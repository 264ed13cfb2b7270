import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Client } from "@neondatabase/serverless";
import { z } from "zod";

export interface MigrateOptions {
  /** Address of a WebSocket proxy without TLS, such as `127.0.0.1:15400/v2`; unset: Neon's own. */
  readonly webSocketProxy?: string;
  /** Password that `headgate_app` is given; unset: it keeps what it has. */
  readonly appPassword?: string;
  /** Kind that the vector indexes shall have; unset: they stay as they are. */
  readonly vectorIndex?: VectorIndexKind | undefined;
}

export type VectorIndexKind = "hnsw" | "ivfflat";

export interface MigrationReport {
  /** Names of the migrations that this run applied, or took back, in the order in which it did. */
  readonly changed: readonly string[];
}

/** The one sentence for an operator when a migration cannot be run; the database is then as it was. */
export class MigrationError extends Error {}

interface Migration {
  readonly name: string;
  readonly up: string;
  readonly down: string;
  readonly checksum: string;
}

const FOLDER = new URL("./migrations/", import.meta.url);
const BREAKPOINT = "--> statement-breakpoint";
const MONTHS_AHEAD = 2;
const DAYS_AHEAD = 7;
const CONNECT_TIMEOUT_MS = 15_000;

const journalSchema = z.object({ entries: z.array(z.object({ tag: z.string() })) });
const appliedSchema = z.array(z.object({ name: z.string(), checksum: z.string() }));

const LEDGER = `CREATE TABLE IF NOT EXISTS headgate_migrations (
  name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;

/**
 * Brings a database up to date as its owner: what is pending, the password of the serving role, and the
 * partitions of the coming days. All in one transaction, so nothing is ever half applied. Throws a
 * `MigrationError` with the failing statement.
 */
export async function migrateUp(
  connectionString: string,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const migrations = readMigrations();
  return inTransaction(connectionString, options, async (run, client) => {
    const applied = await readApplied(run);
    const pending = migrations.slice(applied.length);
    requireSameHistory(migrations, applied);
    for (const { name, up, checksum } of pending) {
      await runStatements(run, name, up);
      await run("INSERT INTO headgate_migrations (name, checksum) VALUES ($1, $2)", [name, checksum]);
    }
    if (options.appPassword !== undefined)
      await run(`ALTER ROLE headgate_app PASSWORD ${client.escapeLiteral(options.appPassword)}`);
    await run("SELECT ensure_partitions($1, $2)", [MONTHS_AHEAD, DAYS_AHEAD]);
    if (options.vectorIndex !== undefined)
      await run("SELECT use_vector_index($1) WHERE vector_index_kind() <> $1", [options.vectorIndex]);
    return { changed: pending.map(({ name }) => name) };
  });
}

/** Names of the migrations that `migrateUp` would apply. Changes nothing. Throws a `MigrationError`. */
export async function pendingMigrations(
  connectionString: string,
  options: Pick<MigrateOptions, "webSocketProxy"> = {},
): Promise<readonly string[]> {
  const migrations = readMigrations();
  const { changed } = await inTransaction(connectionString, options, async (run) => {
    const { rows } = await run("SELECT 1 WHERE to_regclass('headgate_migrations') IS NOT NULL");
    const applied = rows.length === 0 ? [] : await readApplied(run);
    requireSameHistory(migrations, applied);
    return { changed: migrations.slice(applied.length).map(({ name }) => name) };
  });
  return changed;
}

/** Takes back the last `steps` migrations, newest first, with all their data, in one transaction. */
export async function migrateDown(
  connectionString: string,
  steps: number,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const migrations = readMigrations();
  return inTransaction(connectionString, options, async (run) => {
    const applied = await readApplied(run);
    requireSameHistory(migrations, applied);
    const undone = migrations.slice(Math.max(0, applied.length - steps), applied.length).reverse();
    for (const { name, down } of undone) {
      await runStatements(run, `${name} (down)`, down);
      await run("DELETE FROM headgate_migrations WHERE name = $1", [name]);
    }
    return { changed: undone.map(({ name }) => name) };
  });
}

/** Builds the vector indexes anew, as this kind and for what is stored now; their tables wait meanwhile. */
export async function rebuildVectorIndex(
  connectionString: string,
  kind: VectorIndexKind,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  return inTransaction(connectionString, options, async (run) => {
    await run("SELECT use_vector_index($1)", [kind]);
    return { changed: [kind] };
  });
}

type Run = (statement: string, params?: readonly unknown[]) => Promise<{ rows: unknown[] }>;

/** One connection and one transaction; a lock lets a second migration wait and then find nothing to do. */
async function inTransaction(
  connectionString: string,
  options: MigrateOptions,
  work: (run: Run, client: Client) => Promise<MigrationReport>,
): Promise<MigrationReport> {
  const client = new Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // The driver tells of a refused or lost socket by this event alone: whoever waits for an answer waits on.
  const lost = new Promise<never>((_, reject) => client.on("error", reject));
  lost.catch(() => undefined);
  client.neonConfig.pipelineConnect = false;
  if (options.webSocketProxy !== undefined) {
    const address = options.webSocketProxy;
    client.neonConfig.wsProxy = () => address;
    client.neonConfig.useSecureWebSocket = false;
  }
  const run: Run = (statement, params) =>
    Promise.race([client.query(statement, params === undefined ? [] : [...params]), lost]);
  let connected = false;
  try {
    await Promise.race([client.connect(), lost]);
    connected = true;
    await run("BEGIN");
    await run("SELECT pg_advisory_xact_lock(hashtextextended('headgate.migrations', 0))");
    const report = await work(run, client);
    await run("COMMIT");
    return report;
  } catch (error) {
    throw error instanceof MigrationError
      ? error
      : new MigrationError(`The migration failed: ${sayWhy(error)}`);
  } finally {
    // Ends the session, and with it whatever transaction is still open. The driver's `end` never settles where
    // there was no connection.
    const ended = client.end().catch(() => undefined);
    if (connected) await Promise.race([ended, lost.catch(() => undefined)]);
  }
}

async function readApplied(run: Run): Promise<z.infer<typeof appliedSchema>> {
  await run(LEDGER);
  const { rows } = await run("SELECT name, checksum FROM headgate_migrations ORDER BY name");
  return appliedSchema.parse(rows);
}

/** Refuses a database that another version of these files made: nobody can say what is in it. */
function requireSameHistory(
  migrations: readonly Migration[],
  applied: readonly { name: string; checksum: string }[],
): void {
  applied.forEach(({ name, checksum }, index) => {
    const known = migrations[index];
    if (known?.name !== name)
      throw new MigrationError(`The database holds migration ${name}, which this version does not know.`);
    if (known.checksum !== checksum)
      throw new MigrationError(
        `Migration ${name} was changed after it was applied; write a new one instead.`,
      );
  });
}

async function runStatements(run: Run, name: string, text: string): Promise<void> {
  for (const statement of text.split(BREAKPOINT)) {
    try {
      await run(statement);
    } catch (error) {
      throw new MigrationError(`Migration ${name} failed at "${headline(statement)}": ${sayWhy(error)}`);
    }
  }
}

/** The first line of a statement that is not a comment. */
const headline = (statement: string): string =>
  statement.split("\n").find((line) => line.trim() !== "" && !line.startsWith("--")) ?? "";

/** The message of an error; a WebSocket that cannot connect rejects with an event instead. */
const sayWhy = (error: unknown): string =>
  error instanceof Error && error.message !== "" ? error.message : "the database cannot be reached";

function readMigrations(): Migration[] {
  const read = (path: string): string => readFileSync(new URL(path, FOLDER), "utf8");
  return journalSchema.parse(JSON.parse(read("meta/_journal.json"))).entries.map(({ tag: name }) => {
    const up = read(`${name}.sql`);
    const checksum = createHash("sha256").update(up).digest("hex");
    return { name, up, down: read(`${name}.down.sql`), checksum };
  });
}
