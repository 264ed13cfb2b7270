import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../collapse/numerics/random.ts";

// `headgate fix` as a person runs it: the real program, the real engine, small files.

const PROGRAM = fileURLToPath(new URL("../headgate.ts", import.meta.url));
const ROWS = 1_400;
/** Two whole checks, where others take the cores too. */
const TIMEOUT_MS = 60_000;
const HEAD = 'x,"a ""b"" name",note,y';

let folder = "";
let flood: readonly string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headgate-fix-"));
  writeFileSync(join(folder, "real.csv"), fileOf(linesOf("real", ROWS)));
  const lines = linesOf("candidate", ROWS / 2);
  flood = lines.flatMap((line, at) => [line, lines[at % 3] ?? ""]);
  writeFileSync(join(folder, "flood.csv"), fileOf(flood));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (lines: readonly string[]): string => `${[HEAD, ...lines].join("\n")}\n`;

/** Numbers that depend on each other, with zeros that say nothing, and notes that hold what is hard to keep. */
function linesOf(name: string, rows: number): string[] {
  const random = seededRandom(7, name);
  const notes = ["", "NA", '""', '"one, two"', "007"];
  return Array.from({ length: rows }, () => {
    const x = random.normal();
    const y = x + 0.5 * random.normal();
    return `${x.toFixed(3)}0,${(x * y).toFixed(4)},${notes[random.whole(notes.length)]},${y.toFixed(4)}`;
  });
}

/** Runs the program in the folder of the tables. */
function fix(words: string): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, "fix", ...words.split(" ")], { cwd: folder }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
  });
}

test(
  "headgate fix takes the flood of copies out, and leaves every other row as it is written, byte for byte",
  async () => {
    const { code, out, err } = await fix("flood.csv --reference real.csv --target y --apply 1 -o mended.csv");
    expect({ code, err }).toEqual({ code: 0, err: "Written: mended.csv\n" });
    expect(readFileSync(join(folder, "mended.csv"), "utf8")).toBe(fileOf([...new Set(flood)]));
    expect(out.split("\n")).toEqual([
      expect.stringMatching(/^1\. .*700 rows/),
      "Rows: 700 kept, 700 dropped.",
      expect.stringMatching(/^Check: ✕ collapsed before, . \w+( data)? after\.$/),
      "",
    ]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".new"))).toEqual([]);
  },
  TIMEOUT_MS,
);
