import { z } from "zod";
import { type MigrateOptions, MigrationError, migrateDown, migrateUp } from "./migrate.ts";

// `node drizzle/migrateCommand.ts up` or `… down 1`, against the database of MIGRATE_DATABASE_URL.

const environmentSchema = z.object({
  MIGRATE_DATABASE_URL: z.string().startsWith("postgres"),
  MIGRATE_WEBSOCKET_PROXY: z.string().optional(),
  MIGRATE_APP_PASSWORD: z.string().min(1).optional(),
});
const commandSchema = z.union([
  z.tuple([z.literal("up")]),
  z.tuple([z.literal("down"), z.coerce.number().int().positive()]),
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
if (!command.success) fail("Say `up`, or `down` and how many migrations to take back.");

const { MIGRATE_DATABASE_URL, MIGRATE_WEBSOCKET_PROXY, MIGRATE_APP_PASSWORD } = environment.data;
const options: MigrateOptions = {
  ...(MIGRATE_WEBSOCKET_PROXY !== undefined && { webSocketProxy: MIGRATE_WEBSOCKET_PROXY }),
  ...(MIGRATE_APP_PASSWORD !== undefined && { appPassword: MIGRATE_APP_PASSWORD }),
};
try {
  const [direction, steps] = command.data;
  const { changed } =
    direction === "up"
      ? await migrateUp(MIGRATE_DATABASE_URL, options)
      : await migrateDown(MIGRATE_DATABASE_URL, steps, options);
  process.stdout.write(changed.length === 0 ? "Nothing to do.\n" : `${direction}: ${changed.join(", ")}\n`);
} catch (error) {
  if (!(error instanceof MigrationError)) throw error;
  fail(error.message);
}
