import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ProfileRequest } from "../../collapse/profile/makeProfile.ts";
import { done, failed } from "../../functions/contracts/outcome.ts";
import { EXIT_CODES } from "../failure.ts";
import { parseCommandLine } from "../parseCommandLine.ts";
import { createProfileCommand } from "./profileCommand.ts";

const folder = mkdtempSync(join(tmpdir(), "headgate-profile-"));
const BYTES = Uint8Array.of(1, 2, 3);

/** Runs the command around an engine that answers at once with three bytes. */
async function run(words: string) {
  let asked: ProfileRequest | null = null;
  const command = createProfileCommand(async () => async (request) => {
    asked = request;
    return done({
      bytes: BYTES,
      rows: 9_000,
      columns: 4,
      analyzed: 3,
      sampledRows: request.sampledRows ?? 0,
    });
  });
  const line = parseCommandLine(["profile", ...words.split(" ").filter(Boolean)], [command]);
  const tools = {
    cwd: folder,
    input: process.stdin,
    screen: { colors: false, width: 80, progress: () => {} },
    ask: async () => failed({ kind: "usage", sentence: "" } as const),
  };
  const outcome = line.ok
    ? await line.value.command?.run(line.value.operands, line.value.options, tools)
    : line;
  if (outcome === undefined) throw new Error("No command was found");
  return {
    asked,
    code: outcome.ok ? 0 : EXIT_CODES[outcome.failure.kind],
    notes: outcome.ok ? (outcome.value.notes ?? []).join(" ") : "",
    said: outcome.ok ? outcome.value.out : "sentence" in outcome.failure ? outcome.failure.sentence : "",
  };
}

test("writes the profile whole, for its owner alone, in the place of an earlier one", async () => {
  writeFileSync(join(folder, "real.profile"), "earlier");
  const { code, said, asked } = await run("real.csv more.csv -o real.profile --target y --seed 3");
  expect([code, said]).toEqual([0, "real.profile: 9,000 rows, 3 of 4 columns analyzed, 0.0 MB"]);
  expect(new Uint8Array(readFileSync(join(folder, "real.profile")))).toEqual(BYTES);
  expect(statSync(join(folder, "real.profile")).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).filter((name) => name.endsWith(".new"))).toEqual([]);
  expect(asked).toMatchObject({ reference: ["real.csv", "more.csv"], target: "y", seed: 3, sampledRows: 0 });
});

test("says what a profile without rows cannot, and warns of one with rows", async () => {
  expect((await run("real.csv --out a.profile")).notes).toContain("no verdict");
  expect((await run("real.csv --out a.profile --with-sample 500")).notes).toContain(
    "WARNING: it holds 500 real rows",
  );
});

test.each([
  ["real.csv", /--out/],
  ["-o a.profile", /takes <reference\.\.\.>/],
  ["real.csv -o real.csv", /would overwrite/],
  ["real.csv -o gone/a.profile", /There is no folder/],
  ["real.csv -o sub", /cannot be written/],
  ["real.csv -o a.profile --with-sample 60000", /at most 50000/],
])("%s is refused with what to do", async (words, sentence) => {
  mkdirSync(join(folder, "sub"), { recursive: true });
  const { code, said } = await run(words);
  expect([code, said]).toEqual([3, expect.stringMatching(sentence)]);
});
