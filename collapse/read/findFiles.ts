import { glob, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";

export interface FoundFile {
  /** As people named it. */
  readonly name: string;
  /** Absolute, links resolved. */
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * The files that `names` stand for: each in its place, a pattern (`shards/*.parquet`) replaced by what it matches in
 * the order of the names' code units, and no file twice. A name that exists is that file, whatever signs it holds.
 * Failures: `file_not_found`, `file_unreadable` (a folder, a device, a pipe).
 */
export async function findFiles(
  names: readonly string[],
): Promise<Outcome<readonly FoundFile[], CheckFailure>> {
  const found = new Map<string, FoundFile>();
  for (const name of names) {
    const matches = await filesOf(name);
    if (matches.length === 0) return failed(notFound(name));
    for (const match of matches) {
      const file = await examine(match);
      if (!file.ok) return file;
      if (!found.has(file.value.path)) found.set(file.value.path, file.value);
    }
  }
  if (found.size === 0) return failed(notFound(""));
  return done([...found.values()]);
}

async function filesOf(name: string): Promise<readonly string[]> {
  if (await exists(name)) return [name];
  if (!/[*?[{]/.test(name)) return [];
  const matches: string[] = [];
  for await (const match of glob(name)) if (await isFile(match)) matches.push(match);
  return matches.sort((left, right) => (left < right ? -1 : 1));
}

async function examine(name: string): Promise<Outcome<FoundFile, CheckFailure>> {
  try {
    const path = await realpath(resolve(name));
    const found = await stat(path);
    if (found.isFile()) return done({ name, path, sizeBytes: found.size });
    return failed({
      code: "file_unreadable",
      detail: `${name} is not a file.`,
      fix: `Name the files in it: '${name.replace(/\/+$/, "")}/*.parquet'.`,
      file: name,
      column: null,
    });
  } catch {
    return failed(notFound(name));
  }
}

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
    ? `${name} is an address, and only files on this machine are read.`
    : `${name === "" ? "No file was named" : `${name} does not exist`}.`,
  fix: "Give the path of a file, or a pattern in quotes that matches some.",
  file: name === "" ? null : name,
  column: null,
});
