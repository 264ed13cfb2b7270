import { expect, test } from "vitest";
import type { Verdict } from "../contracts/report.ts";
import { exitCodeOf, FAIL_ON } from "./exitCodeOf.ts";

const TABLE: readonly [Verdict, readonly Verdict[], number][] = [
  ["healthy", FAIL_ON, 0],
  ["collapsed", FAIL_ON, 1],
  ["indeterminate", FAIL_ON, 2],
  ["insufficient_data", FAIL_ON, 2],
  ["collapsed", ["collapsed"], 1],
  ["indeterminate", ["collapsed"], 0],
  ["insufficient_data", ["collapsed"], 0],
  ["collapsed", ["indeterminate"], 0],
  ["collapsed", [], 0],
  ["indeterminate", [], 0],
  ["healthy", ["healthy"], 0],
];

test.each(TABLE)("%s with --fail-on %j exits with %i", (verdict, failOn, code) => {
  expect(exitCodeOf({ verdict }, failOn)).toBe(code);
});

test("without --fail-on, all that is not known to be healthy fails", () => {
  expect(
    (["healthy", "collapsed", "indeterminate", "insufficient_data"] as const).map((verdict) =>
      exitCodeOf({ verdict }),
    ),
  ).toEqual([0, 1, 2, 2]);
});
