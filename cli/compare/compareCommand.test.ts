import { describe, expect, test } from "vitest";
import type { Compared } from "../../collapse/compare.ts";
import { failed } from "../../collapse/contracts/outcome.ts";
import type { Verdict } from "../../collapse/contracts/report.ts";
import { sampleReport } from "../../collapse/report/testReport.ts";
import { done } from "../../functions/contracts/outcome.ts";
import { EXIT_CODES } from "../failure.ts";
import { parseCommandLine } from "../parseCommandLine.ts";
import { createCompareCommand } from "./compareCommand.ts";

// The command around an engine that answers at once; the real one is in collapse/profile/profileCheck.test.ts.

const judged = (candidate: string, verdict: Verdict, score: number | null): Compared => ({
  candidate,
  outcome: done({ ...sampleReport(), verdict, score }),
});
const unreadable: Compared = {
  candidate: "gone.csv",
  outcome: failed({
    code: "file_not_found",
    detail: "gone.csv does not exist.",
    fix: "Name it.",
    file: null,
    column: null,
  }),
};

async function run(words: string, compared: readonly Compared[]) {
  let asked: unknown;
  const command = createCompareCommand(async () => async (request) => {
    asked = request;
    return done(compared);
  });
  const line = parseCommandLine(["compare", ...words.split(" ")], [command]);
  const tools = {
    cwd: ".",
    input: process.stdin,
    screen: { colors: false, width: 100, progress: () => {} },
    ask: async () => failed({ kind: "usage", sentence: "" } as const),
  };
  const outcome = line.ok
    ? await line.value.command?.run(line.value.operands, line.value.options, tools)
    : line;
  if (outcome === undefined) throw new Error("No command was found");
  return {
    asked,
    code: outcome.ok ? (outcome.value.exitCode ?? 0) : EXIT_CODES[outcome.failure.kind],
    out: outcome.ok ? outcome.value.out : "",
    json: outcome.ok ? outcome.value.json : null,
  };
}

const BEST = judged("fresh.csv", "healthy", 98);
const MIDDLE = judged("thin.csv", "indeterminate", 61);
const WORST = judged("old.csv", "collapsed", 12);

describe("headgate compare", () => {
  test.each([
    ["a candidate that passes", [BEST, WORST], "", 0],
    ["none that passes", [MIDDLE, WORST], "", 2],
    ["collapsed ones alone", [WORST, unreadable], "", 1],
    ["collapsed ones that may pass", [WORST], " --fail-on none", 0],
    ["unreadable ones alone", [unreadable], "", 3],
  ])("of %s exits by the best", async (_, compared, flags, code) => {
    expect((await run(`a.csv --reference real.csv${flags}`, compared)).code).toBe(code);
  });

  test("shows a line for each in the order of the engine, and why one was not checked", async () => {
    const { out, json } = await run("a.csv --reference real.csv", [BEST, WORST, unreadable]);
    const lines = out.split("\n");
    expect(lines.slice(1, 4).map((line) => line.slice(0, 12).trimEnd())).toEqual([
      "1.  fresh.cs",
      "2.  old.csv",
      "3.  gone.csv",
    ]);
    expect(lines[1]).toContain("✓ healthy");
    expect(lines[2]).toContain("✕ collapsed");
    expect(out).toContain("gone.csv does not exist. Name it.");
    expect(json).toMatchObject({
      candidates: [{ candidate: "fresh.csv" }, {}, { failure: { code: "file_not_found" } }],
    });
  });

  test("asks for each candidate by itself, and not without a reference", async () => {
    const { asked } = await run("a.csv b.csv --reference r.csv --quick --seed 4", [BEST]);
    expect(asked).toMatchObject({
      candidates: ["a.csv", "b.csv"],
      reference: ["r.csv"],
      quick: true,
      seed: 4,
    });
    expect((await run("a.csv", [BEST])).code).toBe(3);
  });
});
