import { z } from "zod";
import {
  type MigrateOptions,
  MigrationError,
  type MigrationReport,
  migrateDown,
  migrateUp,
  rebuildVectorIndex,
} from "./migrate.ts";

// `node drizzle/migrateCommand.ts up`, `… down 1` or `… --vector-index ivfflat`, against the database of
// MIGRATE_DATABASE_URL.

const vectorIndexSchema = z.enum(["hnsw", "ivfflat"]);
const environmentSchema = z.object({
  MIGRATE_DATABASE_URL: z.string().startsWith("postgres"),
  MIGRATE_WEBSOCKET_PROXY: z.string().optional(),
  MIGRATE_APP_PASSWORD: z.string().min(1).optional(),
  VECTOR_INDEX: vectorIndexSchema.optional(),
});
const commandSchema = z.union([
  z.tuple([z.literal("up")]),
  z.tuple([z.literal("down"), z.coerce.number().int().positive()]),
  z.tuple([z.literal("--vector-index"), vectorIndexSchema]),
]);

/** Says in one sentence what went wrong, and ends the process. */
function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const environment = environmentSchema.safeParse(process.env);
if (!environment.success)
  fail("Set MIGRATE_DATABASE_URL to the connection string of the owner of the database.");
const command = commandSchema.safeParse(process.argv.slice(2));
if (!command.success)
  fail("Say `up`, `down` and how many migrations to take back, or `--vector-index` and hnsw or ivfflat.");

const { MIGRATE_DATABASE_URL, MIGRATE_WEBSOCKET_PROXY, MIGRATE_APP_PASSWORD, VECTOR_INDEX } =
  environment.data;
const options: MigrateOptions = {
  ...(MIGRATE_WEBSOCKET_PROXY !== undefined && { webSocketProxy: MIGRATE_WEBSOCKET_PROXY }),
  ...(MIGRATE_APP_PASSWORD !== undefined && { appPassword: MIGRATE_APP_PASSWORD }),
  vectorIndex: VECTOR_INDEX,
};
const run = ([word, value]: z.infer<typeof commandSchema>): Promise<MigrationReport> => {
  switch (word) {
    case "up":
      return migrateUp(MIGRATE_DATABASE_URL, options);
    case "down":
      return migrateDown(MIGRATE_DATABASE_URL, value, options);
    case "--vector-index":
      return rebuildVectorIndex(MIGRATE_DATABASE_URL, value, options);
  }
};
try {
  const { changed } = await run(command.data);
  process.stdout.write(
    changed.length === 0 ? "Nothing to do.\n" : `${command.data[0]}: ${changed.join(", ")}\n`,
  );
} catch (error) {
  if (!(error instanceof MigrationError)) throw error;
  fail(error.message);
}
