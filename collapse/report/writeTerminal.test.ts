import { describe, expect, test } from "vitest";
import { cellsOf } from "./terminal/cells.ts";
import { HOSTILE, hostileReport, sampleReport } from "./testReport.ts";
import { writeTerminal } from "./writeTerminal.ts";

const plain = (width: number) => writeTerminal(sampleReport(), { color: false, width });

describe("the report in a terminal", () => {
  test("starts with the verdict, then the three worst findings, then harm and the dimensions", () => {
    const lines = plain(100).split("\n");
    expect(lines[0]).toBe("✕ COLLAPSED   score 31 of 100");
    const at = (start: string) => lines.findIndex((line) => line.startsWith(start));
    const order = [
      "Worst findings",
      "  1. ",
      "  2. ",
      "  3. ",
      "Harm",
      "Dimensions",
      "Columns by effect",
      "Data",
      "Notes",
    ].map(at);
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(order).not.toContain(-1);
  });

  test("has columns by the size of their effect, those without one last", () => {
    const table = plain(100).split("Columns by effect\n")[1]?.split("\n\n")[0]?.split("\n") ?? [];
    expect(table.slice(1).map((line) => line.trim().split(/ +/)[0])).toEqual([
      "capital_gain",
      "age",
      "income",
      "note",
    ]);
  });

  test("says where in the file the flagged rows lie, without color", () => {
    const lines = plain(100).split("\n");
    expect(lines).toContain(`  in the file  │${"█".repeat(20)}${" ".repeat(40)}│`);
    expect(lines).toContain("  row 17  Its values do not go together, `age` least.");
    expect(plain(100)).toContain("240 of 20,000 rows (1.2 %) are flagged");
  });

  test.each([40, 60, 80, 120])("no line is wider than %i cells", (width) => {
    for (const report of [sampleReport(), hostileReport(`${HOSTILE}${"長".repeat(300)}`, 30)])
      for (const line of writeTerminal(report, { color: false, width }).split("\n"))
        expect(cellsOf(line), line).toBeLessThanOrEqual(width);
  });

  test("a hostile name moves no cursor and turns no line around", () => {
    const text = writeTerminal(hostileReport(HOSTILE, 3), { color: false, width: 80 });
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  });

  test("colors change no word", () => {
    const colored = writeTerminal(sampleReport(), { color: true, width: 80 });
    const control = String.fromCharCode(27);
    expect(colored).toContain(control);
    expect(plain(80)).not.toContain(control);
    expect(colored.replaceAll(new RegExp(`${control}\\[\\d+m`, "g"), "")).toBe(plain(80));
  });
});
