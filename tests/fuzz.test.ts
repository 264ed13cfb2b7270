import { afterAll, beforeAll, expect, test } from "vitest";
import { type FuzzReport, fuzzStack } from "./fuzz/fuzzStack.ts";
import { type Cell, openCell } from "./support/cell.ts";
import { act, idOf } from "./support/client.ts";

// 500 broken requests out of the 10,000 of `npm run soak`. FUZZ_SEED and FUZZ_REQUESTS replay others.

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 500);
const GOOD_SHARE_MAX = 0.1;

let cell: Cell;
let report: FuzzReport;

beforeAll(async () => {
  cell = await openCell({ FRAME_PACK_MAX_AGE_MS: "100" });
  report = await fuzzStack(cell.stack, { seed: SEED, requests: REQUESTS });
});
afterAll(() => cell?.close());

test("every broken request gets a problem with a code of its status, and a pointer where it is at fault", () => {
  expect(report.complaints).toEqual([]);
});

test("what was broken was broken: few requests are good, and none is refused for its rate or its key's end", () => {
  expect(report.requests).toBe(REQUESTS);
  const good = Object.values(report.good).reduce((sum, count) => sum + count, 0);
  expect(good / report.requests, JSON.stringify(report.good)).toBeLessThan(GOOD_SHARE_MAX);
  const strange = Object.keys(report.answers).filter((said) =>
    /^429|revoked|expired|quota|_unavailable/.test(said),
  );
  expect(strange).toEqual([]);
});

test("no bug is in the log, and the stack serves on", async () => {
  expect(cell.lines.filter((line) => /"event":"(?:bug|\w+_crashed)"|Uncaught|\bError:/.test(line))).toEqual(
    [],
  );
  const answer = await act(cell.stack.url, cell.stack.key);
  expect([answer.status, answer.body.recorded]).toEqual([200, true]);
  expect(idOf(answer)).toMatch(/^inf_/);
});
