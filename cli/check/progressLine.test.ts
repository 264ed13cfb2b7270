import { expect, test } from "vitest";
import { createScreen } from "../output/createScreen.ts";
import { createProgressLine } from "./progressLine.ts";

test("progress is said ten times a second at most, each phase at once, with rates once they mean something", () => {
  const said: string[] = [];
  let now = 0;
  const tell = createProgressLine(
    (line) => said.push(line),
    () => now,
  );
  for (const [at, rows] of [
    [0, 0],
    [50, 10_000],
    [500, 100_000],
    [550, 110_000],
  ] as const) {
    now = at;
    tell({ phase: "reading", rows, ofRows: 1_000_000 });
  }
  tell({ phase: "judging" });
  expect(said).toEqual([
    "reading: 0 of 1,000,000 rows",
    "reading: 100,000 of 1,000,000 rows, 200,000 rows/s, 5 s left",
    "judging",
  ]);
});

const streamTo = (written: string[], isTTY: boolean) => ({
  isTTY,
  columns: 20,
  write: (text: string) => written.push(text) > 0,
});

test("a line of progress stands alone, is cut to the terminal, and is gone before anything else is written", () => {
  const written: string[] = [];
  const screen = createScreen({ environment: {}, out: {}, err: streamTo(written, true) });
  screen.progress("x".repeat(50));
  screen.clear();
  screen.clear();
  expect(written).toEqual([`\r\u001b[K${"x".repeat(19)}`, "\r\u001b[K"]);
});

test("no progress goes into a file, and no color without a terminal or with NO_COLOR", () => {
  const written: string[] = [];
  const err = streamTo(written, false);
  const screen = createScreen({ environment: {}, out: {}, err });
  screen.progress("reading");
  screen.clear();
  expect(written).toEqual([]);
  expect(screen).toMatchObject({ colors: false, width: 80 });
  const out = { isTTY: true, columns: 132 };
  expect(createScreen({ environment: {}, out, err })).toMatchObject({ colors: true, width: 132 });
  expect(createScreen({ environment: { NO_COLOR: "1" }, out, err }).colors).toBe(false);
});
