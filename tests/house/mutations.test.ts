import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { GATE_RULES } from "../../functions/contracts/gates.ts";
import { PROBLEMS } from "../../functions/contracts/problems.ts";
import { SCOPES } from "../../functions/contracts/scopes.ts";
import { MUTATIONS } from "../mutate/mutations.ts";
import { ROOT } from "./sourceFiles.ts";

const textOf = (path: string): string => readFileSync(`${ROOT}/${path}`, "utf8");
const covered = (kind: string): string[] =>
  MUTATIONS.filter((each) => each.kind === kind).map(({ of }) => of);
const missingOf = (names: readonly string[], kind: string): string[] =>
  names.filter((name) => !covered(kind).includes(name));

it("switches off every gate rule, and every scope", () => {
  expect(missingOf(Object.keys(GATE_RULES), "gate")).toEqual([]);
  expect(missingOf(SCOPES, "scope")).toEqual([]);
});

it("switches off every refusal that is about a key, its limits, or a request's size and time", () => {
  const refusals = Object.entries(PROBLEMS).filter(
    ([code, { status }]) =>
      [401, 403, 413, 415, 429, 504].includes(status) || code.startsWith("idempotency_"),
  );
  expect(refusals.length).toBeGreaterThan(10);
  expect(
    missingOf(
      refusals.map(([code]) => code),
      "limit",
    ),
  ).toEqual([]);
});

it("switches off every row of docs/failures.md", () => {
  const rows = Array.from(
    textOf("docs/failures.md").matchAll(/^\| (?!part|---)(.+?) \|/gm),
    ([, part = ""]) => part,
  );
  expect(rows.length).toBeGreaterThan(8);
  expect(missingOf(rows, "failure")).toEqual([]);
});

it("names each once, by a text that occurs exactly once in its file, and by a test that is there", () => {
  expect(new Set(MUTATIONS.map(({ id }) => id)).size).toBe(MUTATIONS.length);
  const stale = MUTATIONS.flatMap(({ id, file, find, replace, test }) => [
    ...(textOf(file).split(find).length === 2 && find !== replace
      ? []
      : [`${id}: ${file} does not hold it once`]),
    ...(textOf(test.file).includes(test.written ?? test.name)
      ? []
      : [`${id}: ${test.file} has no such test`]),
  ]);
  expect(stale).toEqual([]);
});
