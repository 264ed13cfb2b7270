import { glob, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { unreadableFile } from "./refuseFile.ts";

export interface FoundFile {
  /** As people named it. */
  readonly name: string;
  /** Absolute, links resolved. */
  readonly path: string;
  readonly sizeBytes: number;
  /** What is wanted of a file that holds several tables: the sheet of `prices.xlsx#2024`; null: nobody said. */
  readonly part: string | null;
}

/**
 * The files that `names` stand for: each in its place, a pattern (`shards/*.parquet`) replaced by what it matches in
 * the order of the names' code units, a folder by the tables in it, and no file twice. A name that exists is that
 * file, whatever signs it holds. Failures: `file_not_found`, `file_unreadable` (an empty folder, a device, a pipe).
 *
 * @param called what people call a file of this name.
 */
export async function findFiles(
  names: readonly string[],
  called: Readonly<Record<string, string>> = {},
): Promise<Outcome<readonly FoundFile[], CheckFailure>> {
  const found = new Map<string, FoundFile>();
  for (const name of names) {
    const matches = await filesOf(name);
    if (matches.length === 0) return failed(notFound(name));
    for (const match of matches) {
      const examined = await examine(match);
      if (!examined.ok) return examined;
      for (const one of examined.value) {
        const key = `${one.path}#${one.part ?? ""}`;
        const file = { ...one, name: called[one.name] ?? one.name };
        if (!found.has(key)) found.set(key, file);
      }
    }
  }
  if (found.size === 0) return failed(notFound(""));
  return done([...found.values()]);
}

async function filesOf(name: string): Promise<readonly string[]> {
  if (await exists(name)) return [name];
  if (PART.test(name) && (await exists(name.replace(PART, "$1")))) return [name];
  if (!/[*?[{]/.test(name)) return [];
  const matches: string[] = [];
  for await (const match of glob(name)) if (await isFile(match)) matches.push(match);
  return matches.sort(byCodeUnits);
}

/** A file that holds several tables, and the one that is wanted. */
const PART = /^(.+\.(?:xlsx|xlsm|h5|hdf5))#(.+)$/i;

async function examine(name: string): Promise<Outcome<readonly FoundFile[], CheckFailure>> {
  try {
    const isWhole = await exists(name);
    const file = isWhole ? name : name.replace(PART, "$1");
    const part = isWhole ? null : (PART.exec(name)?.[2] ?? null);
    const path = await realpath(resolve(file));
    const found = await stat(path);
    if (found.isFile()) return done([{ name, path, sizeBytes: found.size, part }]);
    return found.isDirectory()
      ? await filesIn(name)
      : failed(unreadableFile(name, "it is neither a file nor a folder", "Name a file."));
  } catch {
    return failed(notFound(name));
  }
}

/** Extensions of the files that a folder is searched for. */
const TABLES =
  /\.(csv|tsv|tab|json|jsonl|ndjson|txt|parquet|pq|arrow|arrows|ipc|feather|h5|hdf5|xlsx)(\.(gz|gzip|zst|zstd))?$/i;
/** A folder of a data set of LeRobot: its rows are in `data`, and what else it holds is about them. */
const LEROBOT = ["meta/info.json", "data"];
const MOST_FILES = 100_000;

/** All tables in a folder and below it, in the order of their names; hidden files and folders are left out. */
async function filesIn(folder: string): Promise<Outcome<readonly FoundFile[], CheckFailure>> {
  const base = folder.replace(/(?<=.)\/+$/, "");
  const isLeRobot = (await Promise.all(LEROBOT.map((part) => exists(join(base, part))))).every(Boolean);
  const root = isLeRobot ? join(base, "data") : base;
  const names: string[] = [];
  for await (const name of glob("**/*", { cwd: root })) {
    if (TABLES.test(name) && !name.split("/").some((part) => /^[._]/.test(part))) names.push(name);
    if (names.length > MOST_FILES)
      return failed(
        unreadableFile(folder, "it holds more than 100,000 tables", "Name those that are wanted."),
      );
  }
  const files: FoundFile[] = [];
  for (const name of names.sort(byCodeUnits)) {
    const path = await realpath(join(root, name));
    const found = await stat(path);
    if (found.isFile()) files.push({ name: join(root, name), path, sizeBytes: found.size, part: null });
  }
  if (files.length > 0) return done(files);
  return failed(
    unreadableFile(
      folder,
      "it is a folder without a table in it",
      "Name a folder of CSV, JSON, JSONL, text, Parquet, Arrow, HDF5 or Excel files.",
    ),
  );
}

const byCodeUnits = (left: string, right: string): number => (left < right ? -1 : 1);

const isFile = async (name: string): Promise<boolean> =>
  stat(name).then(
    (it) => it.isFile(),
    () => false,
  );

const exists = async (name: string): Promise<boolean> =>
  stat(name).then(
    () => true,
    () => false,
  );

const notFound = (name: string): CheckFailure => ({
  code: "file_not_found",
  detail: /^[a-z][a-z0-9+.-]+:\/\//i.test(name)
    ? `${name} is an address, and files on this machine are read here.`
    : `${name === "" ? "No file was named" : `${name} does not exist`}.`,
  fix: "Give the path of a file, or a pattern in quotes that matches some.",
  file: name === "" ? null : name,
  column: null,
});
