import { describe, expect, test } from "vitest";
import { allOf, readMarkup, textOf } from "./testMarkup.ts";
import { HOSTILE, hostileReport, sampleReport } from "./testReport.ts";
import { shownText } from "./text/shownText.ts";
import { writeJUnit } from "./writeJUnit.ts";

const casesOf = (xml: string) =>
  allOf(readMarkup(xml))
    .filter(({ name }) => name === "testcase")
    .map((one) => {
      const [outcome] = one.children.filter((child) => typeof child !== "string");
      return { name: one.attributes.name, outcome: outcome?.name, message: outcome?.attributes.message };
    });

describe("the JUnit report", () => {
  test("has a case for each purpose and dimension: bad and collapsed fail, what nobody can say is skipped", () => {
    expect(casesOf(writeJUnit(sampleReport())).map(({ name, outcome }) => [name, outcome])).toEqual([
      ["predictive", "failure"],
      ["generative", "system-out"],
      ["distribution_fidelity", "failure"],
      ["correlation_preservation", "system-out"],
      ["entropy_stability", "failure"],
      ["gradient_health", "system-out"],
      ["loss_landscape", "system-out"],
      ["spectral_coherence", "system-out"],
      ["generalization_gap", "skipped"],
      ["statistical_consistency", "system-out"],
    ]);
  });

  test("counts its cases as a build server does", () => {
    const suites = allOf(readMarkup(writeJUnit(sampleReport()))).filter(({ name }) => name === "testsuite");
    expect(suites.map(({ attributes }) => attributes)).toMatchObject([
      { name: "purposes", tests: "2", failures: "1", errors: "0", skipped: "0" },
      { name: "dimensions", tests: "8", failures: "2", errors: "0", skipped: "1" },
    ]);
  });

  test.each(["indeterminate", "insufficient_data"] as const)("lets no purpose pass that is %s", (verdict) => {
    const sample = sampleReport();
    const undecided = { verdict, because: "There are too few rows.", channels: [] };
    const harm = { ...sample.harm, predictive: undecided, generative: null };
    expect(casesOf(writeJUnit({ ...sample, harm })).slice(0, 2)).toEqual([
      { name: "predictive", outcome: "skipped", message: `${verdict}: There are too few rows.` },
      { name: "generative", outcome: "skipped", message: "not judged" },
    ]);
  });

  test("carries hostile names as text", () => {
    const xml = writeJUnit(hostileReport(HOSTILE, 2));
    const names = new Set(allOf(readMarkup(xml)).map(({ name }) => name));
    expect([...names].sort()).toEqual(["failure", "testcase", "testsuite", "testsuites"]);
    const [first] = allOf(readMarkup(xml)).filter(({ name }) => name === "failure");
    expect(first && textOf(first)).toContain(shownText(HOSTILE, 40));
    expect(first?.attributes.message).toContain(shownText(HOSTILE, 500));
  });
});
