import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { failed } from "../../collapse/contracts/outcome.ts";
import { reportSchema, type Verdict } from "../../collapse/contracts/report.ts";
import { sampleReport } from "../../collapse/report/testReport.ts";
import { done } from "../../functions/contracts/outcome.ts";
import type { Done, Screen } from "../command.ts";
import { EXIT_CODES } from "../failure.ts";
import { parseCommandLine } from "../parseCommandLine.ts";
import { createCheckCommand } from "./checkCommand.ts";
import type { Check } from "./runCheck.ts";

// The command around an engine that answers at once; the real one is in headgateCheck.test.ts.

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headgate-check-"));
});

const SCREEN: Screen = { colors: false, width: 80, progress: () => {} };
const finding =
  (verdict: Verdict): Check =>
  async () =>
    done({ ...sampleReport(), verdict });

/** Runs `headgate check` with these words; the code is the one that the program exits with. */
async function check(words: string, engine: Check = finding("collapsed"), screen = SCREEN) {
  const line = parseCommandLine(
    ["check", ...words.split(" ").filter(Boolean)],
    [createCheckCommand(async () => engine)],
  );
  const tools = {
    cwd: folder,
    input: process.stdin,
    screen,
    ask: async () => failed({ kind: "usage", sentence: "" } as const),
  };
  const outcome = line.ok
    ? await line.value.command?.run(line.value.operands, line.value.options, tools)
    : line;
  if (outcome === undefined) throw new Error("No command was found");
  const code = outcome.ok ? (outcome.value.exitCode ?? 0) : EXIT_CODES[outcome.failure.kind];
  const sentence = !outcome.ok && outcome.failure.kind === "data" ? outcome.failure.sentence : "";
  const fix = !outcome.ok && outcome.failure.kind === "data" ? outcome.failure.fix : "";
  return { code, sentence, fix, done: outcome.ok ? outcome.value : ({ json: null, out: "" } satisfies Done) };
}

describe("exit codes", () => {
  test.each([
    ["healthy", "", 0],
    ["collapsed", "", 1],
    ["indeterminate", "", 2],
    ["insufficient_data", "", 2],
    ["indeterminate", "--fail-on collapsed", 0],
    ["collapsed", "--fail-on collapsed,indeterminate", 1],
    ["collapsed", "--fail-on none", 0],
  ] as const)("%s exits%s %s with %i", async (verdict, flags, code) => {
    expect((await check(`a.csv ${flags}`, finding(verdict))).code).toBe(code);
  });

  test.each([
    ["", "headgate check takes <candidate...>."],
    ["a.csv --target", /^Option '--target <value>' argument missing/],
    ["a.csv --verbose", "Unknown option '--verbose'."],
    ["a.csv --seed -1", /--seed/],
    ["a.csv --seed 4294967296", "--seed: must be at most 4294967295."],
    ["a.csv --purpose all", /^--purpose: /],
    ["a.csv --max-memory lots", "--max-memory: must be a size such as 900MB or 1GB."],
    ["a.csv --fail-on sick", /^--fail-on: must be verdicts between commas/],
    [
      "a.csv --reference r1.csv r2.csv",
      "r2.csv stands apart from the first argument; quote a pattern that stands behind an option.",
    ],
    ["a.csv --schema gone.json", "gone.json cannot be read."],
    ["a.csv --json - --html -", "--json and --html cannot both go to standard output."],
    ["a.csv --html a.csv", /^--html would overwrite .*a\.csv, which is read\.$/],
    ["a.csv --reference r.csv --junit r.csv", /^--junit would overwrite .*r\.csv, which is read\.$/],
    ["a.csv --html gone/report.html", /^--html: there is no folder .*gone\.$/],
    ["a.csv --html r.html --junit r.html", /r\.html is named for two reports\.$/],
  ])(
    "wrong usage (%s) exits with 3, not with a verdict's code, and says what to do",
    async (words, sentence) => {
      const { code, ...said } = await check(words);
      expect(code).toBe(3);
      expect(said.sentence).toEqual(
        typeof sentence === "string" ? sentence : expect.stringMatching(sentence),
      );
      expect(said.fix).toMatch(/\S\.$|\}\.$/);
    },
  );

  test("what the engine cannot read exits with 3 and the engine's own remedy", async () => {
    const failure = {
      code: "no_rows",
      detail: "a.csv has no rows.",
      fix: "Give rows.",
      file: "a.csv",
      column: null,
    };
    expect(await check("a.csv", async () => failed(failure))).toMatchObject({
      code: 3,
      sentence: "a.csv has no rows.",
      fix: "Give rows.",
    });
  });

  test("a bug of ours exits with 3: Node's own 1 would read as collapsed", async () => {
    const broken = await check("a.csv", async () => {
      throw new Error("index out of range");
    });
    expect(broken).toMatchObject({ code: 3, sentence: expect.stringContaining("index out of range") });
  });
});

describe("what is asked of the engine", () => {
  test("is what the flags and the schema file say", async () => {
    writeFileSync(join(folder, "s.json"), '{"columns": {"age": {"role": "target"}}}');
    let asked: unknown;
    await check(
      "a.csv b.csv --reference r.csv --reference s/*.csv --purpose predict --target age --group user --time at --seed 7 --quick --max-memory 1.5GB --schema s.json",
      async (request) => {
        asked = request;
        return done(sampleReport());
      },
    );
    expect(asked).toEqual({
      candidate: ["a.csv", "b.csv"],
      reference: ["r.csv", "s/*.csv"],
      purpose: "predict",
      target: "age",
      group: "user",
      time: "at",
      seed: 7,
      quick: true,
      maxMemoryBytes: 1_500_000_000,
      schema: { columns: { age: { role: "target" } } },
    });
  });

  test.each([
    ["no json", "s.json is no JSON."],
    ['{"columns": {"age": {"type": "int"}}}', /^s\.json is no schema file at columns\.age\.type: /],
    ['{"colums": {}}', /^s\.json is no schema file/],
  ])("a schema file that holds %s is refused where it is wrong", async (text, sentence) => {
    writeFileSync(join(folder, "s.json"), text);
    const said = await check("a.csv --schema s.json");
    expect(said.code).toBe(3);
    expect(said.sentence).toEqual(typeof sentence === "string" ? sentence : expect.stringMatching(sentence));
  });
});

describe("reports", () => {
  test("go to the files that are named, and the text to standard output", async () => {
    mkdirSync(join(folder, "out"));
    const { done: made } = await check("a.csv --json out/r.json --html out/r.html --junit out/r.xml");
    const read = (name: string) => readFileSync(join(folder, "out", name), "utf8");
    expect(reportSchema.parse(JSON.parse(read("r.json")))).toEqual(sampleReport());
    expect(read("r.html")).toMatch(/^<!DOCTYPE html>/);
    expect(read("r.xml")).toMatch(/^<\?xml /);
    expect(made.out).toMatch(/^✕ COLLAPSED/);
    expect(made.notes).toHaveLength(3);
  });

  test("--json - prints the JSON and nothing else, byte for byte what the file would hold", async () => {
    const { done: printed } = await check("a.csv --json -");
    await check("a.csv --json r.json");
    expect(`${printed.out}\n`).toBe(readFileSync(join(folder, "r.json"), "utf8"));
  });

  test("have colors where the screen has, unless --no-color", async () => {
    const colored = { ...SCREEN, colors: true };
    const control = String.fromCharCode(27);
    expect((await check("a.csv", finding("healthy"), colored)).done.out).toContain(control);
    expect((await check("a.csv --no-color", finding("healthy"), colored)).done.out).not.toContain(control);
  });
});
