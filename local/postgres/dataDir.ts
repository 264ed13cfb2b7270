import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Lies in a data folder from the moment its database is whole. */
const MARK = "headgate-created";

/**
 * Makes way for a new database where the last start died while it created one: half a database opens, and is
 * broken. The remains are moved to `<directory>.unfinished`, never deleted unseen.
 */
export function setAsideUnfinished(directory: string): void {
  if (!existsSync(directory) || readdirSync(directory).length === 0) return;
  if (existsSync(join(directory, MARK))) return;
  rmSync(`${directory}.unfinished`, { recursive: true, force: true });
  renameSync(directory, `${directory}.unfinished`);
}

/** Notes that the database in that folder is whole. */
export function markCreated(directory: string): void {
  if (!existsSync(join(directory, MARK))) writeFileSync(join(directory, MARK), "");
}
