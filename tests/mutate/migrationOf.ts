import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../drizzle/migrations/", import.meta.url));

/** Path of the last migration that holds a text. */
export function migrationOf(text: string): string {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".sql") && !name.endsWith(".down.sql"));
  const name = names.toSorted().findLast((each) => readFileSync(FOLDER + each, "utf8").includes(text));
  if (name === undefined) throw new Error(`No migration holds ${text}`);
  return `drizzle/migrations/${name}`;
}
