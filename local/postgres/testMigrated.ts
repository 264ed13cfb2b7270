import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrateUp } from "../../drizzle/migrate.ts";
import { startTestDatabase, TEST_PASSWORDS, type TestDatabase } from "./testDatabase.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What decides how a migrated database looks on disk. */
const MADE_FROM = [
  "drizzle/migrations/*.sql",
  "drizzle/migrate.ts",
  "local/postgres/*.ts",
  "local/package.json",
];

/**
 * The folder of a database that is migrated and holds nothing. To create one takes seconds, to copy it a part of
 * one: each state of the migrations is created once, in `.build`, and whoever comes second finds it.
 */
export async function migratedFolder(): Promise<string> {
  const hash = createHash("sha256");
  for (const path of MADE_FROM.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort())
    hash.update(path).update(readFileSync(join(ROOT, path)));
  const parent = join(ROOT, ".build", "migrated");
  const folder = join(parent, hash.digest("hex").slice(0, 16));
  if (existsSync(folder)) return folder;

  mkdirSync(parent, { recursive: true });
  const draft = mkdtempSync(join(parent, "draft-"));
  const database = await startTestDatabase(join(draft, "data"));
  await migrate(database);
  await database.stop();
  try {
    renameSync(join(draft, "data"), folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
  rmSync(draft, { recursive: true, force: true });
  return folder;
}

/** Starts an embedded database of its own for a test file: every table, and no row. */
export async function startMigratedDatabase(): Promise<TestDatabase> {
  const dataDir = join(mkdtempSync(join(tmpdir(), "headgate-postgres-")), "data");
  cpSync(await migratedFolder(), dataDir, { recursive: true });
  const database = await startTestDatabase(dataDir);
  // The copy may be older than today's partitions.
  await migrate(database);
  return database;
}

const migrate = (database: TestDatabase) =>
  migrateUp(database.url("postgres"), {
    webSocketProxy: database.webSocketProxy,
    appPassword: TEST_PASSWORDS.headgate_app,
  });
