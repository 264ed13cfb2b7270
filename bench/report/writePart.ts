import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Parts of a page begin with a heading of the first level. */
const partsOf = (page: string): string[] => page.split(/^(?=# )/m).filter((part) => part.trim() !== "");

const titleOf = (part: string): string => part.split("\n", 1)[0] ?? "";

/** The page with `part` in the place of the one that has the same title, or at its end. */
export const withPart = (page: string, part: string): string => {
  const parts = partsOf(page).map((one) => one.trimEnd());
  const place = parts.findIndex((one) => titleOf(one) === titleOf(part));
  if (place < 0) parts.push(part.trimEnd());
  else parts[place] = part.trimEnd();
  return `${parts.join("\n\n")}\n`;
};

/** Writes one part of the page that several benchmarks share, and leaves the others' as they are. */
export const writePart = (path: string, part: string): void =>
  writeFileSync(path, withPart(existsSync(path) ? readFileSync(path, "utf8") : "", part));
