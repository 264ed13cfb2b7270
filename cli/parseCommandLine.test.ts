import { describe, expect, test } from "vitest";
import { COMMANDS } from "./commands.ts";
import { describeAll } from "./describeUsage.ts";
import { dataSize, duration } from "./optionSchemas.ts";
import { parseCommandLine } from "./parseCommandLine.ts";

const parse = (line: string) => parseCommandLine(line.split(" ").filter(Boolean), COMMANDS);

describe("a command line", () => {
  test("is a command, its operands and its options, wherever they stand", () => {
    const line = parse("keys rotate --overlap 7d key_1 --json");
    expect(line).toMatchObject({ ok: true, value: { operands: ["key_1"], common: { json: true } } });
    expect(line.ok && line.value.command?.words).toBe("keys rotate");
  });

  test.each([
    ["keys", "There is no command `headgate keys`."],
    ["keys lits", "There is no command `headgate keys lits`."],
    ["keys show", "headgate keys show takes <id>."],
    ["keys show a b", "headgate keys show takes <id>."],
    ["keys list --verbose", "Unknown option '--verbose'."],
    ["keys rotate a --overlap soon", "--overlap: must be a span such as 30m, 24h or 7d."],
    ["consent set alice --tier all", /^--tier: Invalid option/],
    ["keys create --name a --rate 1.5 --role member", "--rate: must be a whole number."],
  ])("that is wrong (%s) is refused in one sentence", (line, sentence) => {
    const parsed = parse(line);
    expect(parsed).toMatchObject({ ok: false, failure: { kind: "usage" } });
    if (!parsed.ok && parsed.failure.kind === "usage")
      expect(parsed.failure.sentence).toEqual(
        typeof sentence === "string" ? sentence : expect.stringMatching(sentence),
      );
  });

  test("that asks for help needs nothing else", () => {
    expect(parse("keys show --help")).toMatchObject({ ok: true });
    expect(parse("")).toMatchObject({ ok: true, value: { command: null } });
  });
});

test("a span of time is whole seconds", () => {
  expect(["0", "90", "90s", "30m", "24h", "7d"].map((text) => duration.parse(text))).toEqual([
    0, 90, 90, 1800, 86_400, 604_800,
  ]);
});

test("a size of data is whole bytes", () => {
  expect(["1", "1GB", "1.5 gib", "900MB", "0.5KB"].map((text) => dataSize.parse(text))).toEqual([
    1, 1_000_000_000, 1_610_612_736, 900_000_000, 500,
  ]);
  for (const text of ["", "GB", "0", "-1GB", "1GiBs", "1e9", "one"])
    expect(dataSize.safeParse(text).success).toBe(false);
});

test("help names every command once", () => {
  const help = describeAll(COMMANDS);
  for (const { words } of COMMANDS) expect(help.split(`\n  ${words} `)).toHaveLength(2);
});
