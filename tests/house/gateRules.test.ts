import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { findRuleTests, scanRuleTests } from "../../docs/pages/gateTests.ts";
import {
  GATED_ROUTES,
  type GatedRoute,
  RULE_IDS,
  RULE_ROUTES,
  routesOf,
} from "../../functions/contracts/gateRoutes.ts";
import { GATE_RULES, isRuleId, type RuleId } from "../../functions/contracts/gates.ts";
import { isTest, ROOT, readSources, type SourceFile } from "./sourceFiles.ts";

/** What ships and may find something. */
const shipped = readSources().filter(
  ({ path }) =>
    /^(functions|workers)\//.test(path) && !isTest(path) && !path.startsWith("functions/contracts/"),
);

/** Whether a file names a rule in full, or by a template that its name fits: `timestamp.${kind}`. */
function names({ text }: SourceFile, rule: RuleId): boolean {
  if (text.includes(`"${rule}"`)) return true;
  const templates = Array.from(text.matchAll(/`([a-z_]+\.)\$\{[^}]+\}([a-z_]*)`/g));
  return templates.some(
    ([, start = "", end = ""]) =>
      rule.startsWith(start) && rule.endsWith(end) && rule.length > start.length + end.length,
  );
}

describe("the registry of validators", () => {
  it("holds no rule that nothing finds", () => {
    expect(RULE_IDS.filter((rule) => !shipped.some((file) => names(file, rule)))).toEqual([]);
  });

  it("has for each rule a test that runs, bears its name and expects it", () => {
    const tests = findRuleTests();
    expect(tests.filter(({ problem }) => problem !== null)).toEqual([]);
    expect(tests.filter(({ rule }) => !isRuleId(rule)).map(({ rule }) => rule)).toEqual([]);
    const shown = new Set(tests.map(({ rule }) => rule));
    expect(RULE_IDS.filter((rule) => !shown.has(rule))).toEqual([]);
  });

  it("belongs to a gate by the first word of its ids, and says how to mend what it finds", () => {
    const gates = Map.groupBy(RULE_IDS, (rule) => rule.slice(0, rule.indexOf(".")));
    for (const [word, rules] of gates)
      expect(new Set(rules.map((rule) => GATE_RULES[rule].gate)).size, word).toBe(1);
    expect(RULE_IDS.filter((rule) => GATE_RULES[rule].summary === "" || GATE_RULES[rule].fix === "")).toEqual(
      [],
    );
  });
});

describe("the scan for tests of rules", () => {
  const problemsOf = (text: string) => scanRuleTests("x.test.ts", text).map(({ problem }) => problem);
  // Put together, so that the check for tests that are switched off does not take these for some.
  const [SKIP, TODO] = [".skip", ".todo"];
  const run = 'it.each(Object.entries(CASES))("%s is found where it applies", () => {});';

  it.each([
    ["a comment", '// it("image.blank: is found", () => { expect("image.blank") })'],
    ["a name without a body", `it${TODO}("image.blank: is found");`],
  ])("takes %s for no test", (_, text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each([
    [
      "it is skipped",
      `it${SKIP}("image.blank: found", () => { expect(rules()).toContain("image.blank"); });`,
    ],
    [
      "it is skipped",
      `describe${SKIP}("x", () => { it("image.blank: found", () => { expect(f()).toContain("image.blank"); }); });`,
    ],
    ["it expects nothing of the rule", 'it("image.blank: found", () => { expect(rules()).toEqual([]); });'],
    [
      "it expects nothing of the rule",
      'it("image.blank: found", () => { expect(rules()).not.toContain("image.blank"); });',
    ],
    [
      "it expects nothing of the rule",
      'it("image.blank: found", () => { const rule = "image.blank"; use(rule); });',
    ],
    ["no test runs the table", 'const CASES = { "image.blank": () => rulesOf({}) };'],
    [
      "the case says the rule instead of finding it",
      `const CASES = { "image.blank": () => ["image.blank"] }; ${run}`,
    ],
  ])("is not fooled: %s", (problem, text) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it("knows a test when it sees one", () => {
    const table = `const CASES = { "image.blank": () => rulesOf({ image: null }) }; ${run}`;
    const named =
      'it.each([1])("image.blank: found in %s", () => { expect(rules()).toEqual(["image.blank"]); });';
    expect([...problemsOf(table), ...problemsOf(named)]).toEqual([null, null]);
  });
});

/** All files that a file leads to, over relative imports. */
function reachedFrom(path: string, reached = new Set<string>()): Set<string> {
  if (reached.has(path) || !existsSync(join(ROOT, path))) return reached;
  reached.add(path);
  const text = readFileSync(join(ROOT, path), "utf8");
  for (const [, target = ""] of text.matchAll(/from "(\.{1,2}\/[^"]+)"/g))
    reachedFrom(normalize(join(dirname(path), target)), reached);
  return reached;
}

const openApiSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

describe("the routes of rules", () => {
  it("are routes, and every rule has one", () => {
    const { paths } = openApiSchema.parse(JSON.parse(readFileSync(join(ROOT, "docs/openapi.json"), "utf8")));
    const isRoute = (route: string) => {
      const [method = "", path = ""] = route.split(" ");
      return Object.hasOwn(paths[path] ?? {}, method.toLowerCase());
    };
    expect(Object.values(GATED_ROUTES).filter((route) => !isRoute(route))).toEqual([]);
    expect(RULE_IDS.filter((rule) => routesOf(rule).length === 0)).toEqual([]);
    const beginnings = Object.keys(RULE_ROUTES);
    expect(beginnings.filter((start) => !RULE_IDS.some((rule) => rule.startsWith(start)))).toEqual([]);
  });

  it.each(Object.keys(GATED_ROUTES) as GatedRoute[])(
    "%s leads to what finds the rules it is said to apply",
    (name) => {
      const reached = reachedFrom(`workers/routes/${name}.ts`);
      const finders = shipped.filter(({ path }) => reached.has(path));
      const lost = RULE_IDS.filter(
        (rule) =>
          // Marks are found behind the outbox, which no route leads to.
          GATE_RULES[rule].severity !== "mark" &&
          routesOf(rule).includes(name) &&
          !finders.some((file) => names(file, rule)),
      );
      expect(lost).toEqual([]);
    },
  );
});
