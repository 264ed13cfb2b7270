import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Paths of all files that git tracks or would track; `safe.directory` lets a checkout of another user count. */
export function listFiles(): string[] {
  const git = ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const paths = execFileSync("git", git, { cwd: ROOT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return [...new Set(paths.split("\0"))].filter((path) => path !== "" && existsSync(`${ROOT}/${path}`));
}

/** What a generator wrote; it is checked to be up to date, not to be beautiful. */
const isGenerated = (path: string): boolean => path.includes("/generated/");

/** All TypeScript of the repository that somebody wrote, with its text. */
export const readSources = (): SourceFile[] =>
  listFiles()
    .filter((path) => path.endsWith(".ts") && !isGenerated(path))
    .map((path) => ({ path, text: readFileSync(`${ROOT}/${path}`, "utf8") }));

/** Tests, benchmarks, and what only they use (`testWorld.ts`). */
export const isTest = (path: string): boolean =>
  path.endsWith(".test.ts") || /^(tests|bench)\/|\/test[A-Z][^/]*\.ts$/.test(path);

/** A file's place in it, `path:line`, for the messages of failing tests. */
export const placeOf = ({ path, text }: SourceFile, index: number): string =>
  `${path}:${text.slice(0, index).split("\n").length}`;

/** Every place at which a pattern (with the flag `g`) occurs. */
export const placesOf = (file: SourceFile, pattern: RegExp): string[] =>
  Array.from(file.text.matchAll(pattern), ({ index }) => placeOf(file, index));
