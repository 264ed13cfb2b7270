import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { sumOf } from "../../collapse/count/sumOf.ts";
import { measuresOf } from "../../collapse/dimensions/measuresOf.ts";
import { poolMeasures } from "../../collapse/dimensions/poolMeasures.ts";
import { seededRandom } from "../../collapse/numerics/random.ts";
import { sampleReport } from "../../collapse/report/testReport.ts";
import { summariesOf } from "../../collapse/testTables.ts";
import type { Documents } from "../../collapse/text/documents.ts";
import { measureDiversity } from "../../collapse/text/measureDiversity.ts";
import { measureEpisodes } from "../../collapse/trajectory/measureEpisodes.ts";
import { failed } from "../../functions/contracts/outcome.ts";
import type { Tools } from "../command.ts";
import { explainCommand } from "./explainCommand.ts";
import { explain, TOPICS } from "./explainReport.ts";
import { METRIC_WORDS } from "./metricWords.ts";

const DOCS = fileURLToPath(new URL("../../docs/collapse.md", import.meta.url));

const NO_DOCUMENTS: Documents = {
  count: 0,
  starts: Uint32Array.of(0),
  words: new Uint32Array(0),
  groups: new Uint32Array(0),
};

describe("the words for metrics", () => {
  test("are there for every metric that the engine takes of a table, in its dimension", async () => {
    const random = seededRandom(1, "words");
    const a = Array.from({ length: 300 }, () => random.normal());
    const reference = {
      a: a.map((value) => Math.round(value * 100) / 100),
      b: a.map((value) => value + random.normal()),
      c: a.map((value) => value * random.normal()),
      shop: a.map((value) => (value > 0 ? "north" : "south")),
      size: a.map((value) => (value > 1 ? "large" : value > -1 ? "medium" : null)),
    };
    const { frame, reference: summary } = await summariesOf({ reference, candidate: reference });
    const keys = [...measuresOf(frame, sumOf(summary.buckets)), ...poolMeasures(frame)].flatMap(
      (measure) => measure.keys,
    );
    expect(new Set(keys.map(({ metric }) => metric)).size).toBeGreaterThanOrEqual(38);
    const wordless = keys.filter(
      ({ metric, dimension }) => METRIC_WORDS.get(metric)?.dimension !== dimension,
    );
    expect(wordless).toEqual([]);
  });

  test("are there for every metric of texts and of episodes", () => {
    const counts = { nulls: 0, candidates: 0 };
    const episodes = { reference: [], candidate: [] };
    const keys = [
      ...measureEpisodes(episodes, new Float64Array(0), counts, 1).keys,
      ...measureDiversity({ reference: NO_DOCUMENTS, candidate: NO_DOCUMENTS }, counts, 1).keys,
    ];
    const names = [...new Set(keys.map(({ metric }) => metric))];
    expect(names.length).toBeGreaterThanOrEqual(10);
    expect(names.filter((name) => !METRIC_WORDS.has(name))).toEqual([]);
  });

  test("name the sources that docs/collapse.md names, for the same metrics", () => {
    const rows = readFileSync(DOCS, "utf8").matchAll(/^\| (`\w+`[^|]*) \|.*\|([^|]*)\|$/gm);
    const documented = [...rows].flatMap(([, names = "", source = ""]) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]): [string, string] => [name, source.trim()]),
    );
    const sources = new Map(documented.filter(([name]) => METRIC_WORDS.has(name)));
    expect(sources.size).toBeGreaterThanOrEqual(40);
    for (const [name, source] of sources)
      expect([name, METRIC_WORDS.get(name)?.source]).toEqual([name, source === "" ? null : source]);
  });
});

describe("headgate explain", () => {
  const folder = mkdtempSync(join(tmpdir(), "headgate-explain-"));
  const report = sampleReport();
  writeFileSync(join(folder, "report.json"), JSON.stringify(report));
  writeFileSync(join(folder, "other.json"), '{"verdict": "healthy"}');
  const tools: Tools = {
    cwd: folder,
    input: process.stdin,
    screen: { colors: false, width: 80, progress: () => {} },
    ask: async () => failed({ kind: "usage", sentence: "" } as const),
  };
  const run = async (...operands: string[]) => {
    const outcome = await explainCommand.run(operands, {}, tools);
    return outcome.ok
      ? outcome.value.out
      : `${outcome.failure.kind}: ${"sentence" in outcome.failure ? outcome.failure.sentence : ""}`;
  };

  test("knows every topic that it lists, with a report and without", () => {
    for (const topic of TOPICS) {
      expect(explain(topic, null)?.join("")).toMatch(/\w/);
      expect(explain(topic, report)?.join("")).not.toMatch(/undefined|NaN/);
    }
  });

  test("explains a report's verdict by what was measured", async () => {
    const said = await run("report.json");
    expect(said).toContain("predictive: ");
    expect(said).toContain("exit code");
    expect(await run("verdict")).toContain("indeterminate (exit code 2)");
  });

  test("explains each finding of the report by its metric and by its column", async () => {
    const findings = Object.values(report.dimensions).flatMap((dimension) => dimension.findings);
    expect(findings.length).toBeGreaterThan(0);
    for (const { metric, subject, says } of findings) {
      expect(await run("report.json", metric)).toContain("Here: ");
      const column = report.columns.find(({ name }) => name === subject);
      if (column !== undefined)
        expect((await run("report.json", column.name)).replaceAll("\n", " ")).toContain(says);
    }
  });

  test.each([
    [["report.json", "gone"], "data: Nothing is known of gone."],
    [["report.json", "constructor"], "data: Nothing is known of constructor."],
    [["gone.json"], "data: gone.json cannot be read."],
    [["other.json"], /^data: other\.json is no report of this version/],
    [["report.json", "ks", "w1"], "data: headgate explain takes a report and one topic."],
  ])("%j is refused with what to do", async (operands, said) => {
    expect(await run(...operands)).toEqual(typeof said === "string" ? said : expect.stringMatching(said));
  });
});
