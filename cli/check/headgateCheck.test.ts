import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportSchema } from "../../collapse/contracts/report.ts";
import { seededRandom } from "../../collapse/numerics/random.ts";

// `headgate check` as a person runs it: the real program, the real engine, small files.

const PROGRAM = fileURLToPath(new URL("../headgate.ts", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("../../examples/checkDataset.ts", import.meta.url));
const ROWS = 300;
const HOSTILE_COLUMN = "<script>alert(1)</script>";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headgate-check-"));
  writeFileSync(join(folder, "real.csv"), tableOf("real", 1));
  writeFileSync(join(folder, "narrow.csv"), tableOf("narrow", 0.2));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Three columns that depend on each other; `spread` is how far their values go. */
function tableOf(name: string, spread: number): string {
  const random = seededRandom(7, name);
  const rows = Array.from({ length: ROWS }, () => {
    const x = random.normal() * spread;
    return `${x.toFixed(4)},${(x + random.normal() * spread).toFixed(4)},${random.next() < 0.3 ? "a" : "b"}`;
  });
  return `x,"${HOSTILE_COLUMN}",level\n${rows.join("\n")}\n`;
}

/** Runs a program in the folder of the tables. */
function headgate(words: string, program = PROGRAM): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words.split(" ")], { cwd: folder }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
  });
}

describe("headgate check", () => {
  test("judges two files without a server, and two runs write the same bytes", async () => {
    const words = "check narrow.csv --reference real.csv --quick";
    const [told, printed] = await Promise.all([
      headgate(`${words} --json r.json --html r.html --junit r.xml`),
      headgate(`${words} --json -`),
    ]);
    const json = readFileSync(join(folder, "r.json"), "utf8");
    expect(printed.out).toBe(json);
    expect(printed.err).toBe("");
    const report = reportSchema.parse(JSON.parse(json));
    const code = { healthy: 0, collapsed: 1, indeterminate: 2, insufficient_data: 2 }[report.verdict];
    expect([told.code, printed.code]).toEqual([code, code]);
    // A fifth of the spread: nobody may call that healthy.
    expect(report.verdict).not.toBe("healthy");
    expect(told.out.split("\n")[0]).toContain(report.verdict.replace("_", " ").toUpperCase());
    expect(told.out).not.toContain("\u001b");
    expect(readFileSync(join(folder, "r.xml"), "utf8")).toContain('<testsuite name="dimensions" tests="8"');
    const page = readFileSync(join(folder, "r.html"), "utf8");
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toContain("<script");
  });

  test("of the example finds the tails that were cut", async () => {
    const { code, out } = await headgate("--quick", EXAMPLE);
    expect([code, out.split(" ").slice(0, 2)]).toEqual([1, ["✕", "COLLAPSED"]]);
    expect(out).toContain("fewer rows");
  });

  test.each([
    ["check gone.csv --reference real.csv", /^error: .*gone\.csv.*\nfix: .+\n$/],
    ["check narrow.csv --reference real.csv --target gone", /^error: .*gone.*\nfix: .+\n$/],
    ["check --reference real.csv", /^error: .*<candidate\.\.\.>.*\nfix: See `headgate check --help`\.\n$/],
  ])("%s has no verdict: it exits with 3 and says what to do", async (words, said) => {
    const end = await headgate(words);
    expect(end).toMatchObject({ code: 3, out: "" });
    expect(end.err).toMatch(said);
  });

  test("says how it is used, without a server's flags", async () => {
    const { code, out } = await headgate("check --help");
    expect(code).toBe(0);
    expect(out).toMatch(/^headgate check <candidate\.\.\.> \[options\]/);
    expect(out).toContain("--fail-on");
    expect(out).not.toContain("--url");
  });
});
