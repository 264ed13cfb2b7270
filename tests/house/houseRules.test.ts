import { expect, it } from "vitest";
import { isTest, listFiles, placesOf, readSources } from "./sourceFiles.ts";

const sources = readSources();
const shipped = sources.filter(({ path }) => !isTest(path));
const LINES_MAX = 400;
const SLEEP_MAX_MS = 50;

it("makes Sealed and Pending in functions/guard/seal and nowhere else", () => {
  const elsewhere = sources.filter(({ path }) => !path.startsWith("functions/guard/seal/"));
  const claims = /\bas\s+(?:unknown\s+as\s+)?(?:Sealed|Pending)\b(?!\s*,)/g;
  expect(elsewhere.flatMap((file) => placesOf(file, claims))).toEqual([]);
});

it("keeps every file at 400 lines, or says at its top why it is long", () => {
  const long = sources.filter(({ text }) => text.split("\n").length > LINES_MAX + 1);
  const unexplained = long.filter(
    ({ text }) => !/long because/i.test(text.split("\n").slice(0, 8).join(" ")),
  );
  expect(unexplained.map(({ path }) => path)).toEqual([]);
});

it("lets no unit test sleep for longer than 50 ms", () => {
  const units = sources.filter(({ path }) => path.endsWith(".test.ts") && !path.startsWith("tests/"));
  const sleeps = /\bsetTimeout\((?:[^;]*?,\s*)([\d_]+)(?:,[^;)]*)?\)|\bdelay\(([\d_]+)/g;
  const long = units.flatMap((file) =>
    Array.from(file.text.matchAll(sleeps), ([call, first, second]) => ({
      place: `${file.path}: ${call}`,
      durationMs: Number((first ?? second ?? "0").replaceAll("_", "")),
    })),
  );
  expect(long.filter(({ durationMs }) => durationMs > SLEEP_MAX_MS).map(({ place }) => place)).toEqual([]);
});

it("has no test that is switched off, or that switches the others off", () => {
  const switches = /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:only|skip|todo|fails)\b/g;
  const tests = sources.filter(({ path }) => isTest(path) && path !== "tests/house/houseRules.test.ts");
  expect(tests.flatMap((file) => placesOf(file, switches))).toEqual([]);
});

it("keeps functions/ free of the platform's globals", () => {
  const platform = /\b(?:process|Deno|Bun)\.\w|\bBuffer\.\w|\b__dirname\b|\brequire\(|\bimport\.meta\.url\b/g;
  const rules = shipped.filter(({ path }) => /^functions\//.test(path));
  expect(rules.flatMap((file) => placesOf(file, platform))).toEqual([]);
});

it("ships no suppressed check, no claim to `any`, no TODO", () => {
  const escapes = /@ts-(?:ignore|nocheck|expect-error)|\bas\s+any\b|\bTODO\b|\bFIXME\b/g;
  expect(shipped.flatMap((file) => placesOf(file, escapes))).toEqual([]);
});

it("names files in camelCase and folders in kebab-case", () => {
  const code = listFiles().filter((path) =>
    /^(workers|functions|drizzle|collapse|gpu-runner|cli|deploy|local|docs)\/(?!generated\/).*\.ts$/.test(
      path,
    ),
  );
  const wellNamed = /^([a-z0-9]+(-[a-z0-9]+)*\/)+[a-z][A-Za-z0-9]*(\.(test|config|d))?\.ts$/;
  expect(code.filter((path) => !wellNamed.test(path))).toEqual([]);
});
