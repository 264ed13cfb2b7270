import { afterAll, beforeAll, expect, test } from "vitest";
import { type FuzzReport, fuzzStack, isClean } from "./fuzz/fuzzStack.ts";
import { type Cell, openCell } from "./support/cell.ts";
import { act } from "./support/client.ts";

// 500 broken requests out of the 10,000 of `npm run soak`. FUZZ_SEED and FUZZ_REQUESTS replay others.

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 500);

let cell: Cell;
let report: FuzzReport;

beforeAll(async () => {
  cell = await openCell({ FRAME_PACK_MAX_AGE_MS: "100" });
  report = await fuzzStack(cell, { seed: SEED, requests: REQUESTS });
});
afterAll(() => cell?.close());

test("every broken request gets a problem with a code of its status, and a pointer where it is at fault", () => {
  expect(report.complaints).toEqual([]);
});

test("what was broken was broken, and none is refused for its rate, or its key's end", () => {
  expect(report.requests).toBe(REQUESTS);
  expect(isClean(report), JSON.stringify(report.good)).toBe(true);
  const strange = Object.keys(report.answers).filter((said) =>
    /^429|revoked|expired|quota|_unavailable/.test(said),
  );
  expect(strange).toEqual([]);
});

test("no bug is in the log, and the stack serves on", async () => {
  expect(report.crashes).toEqual([]);
  const answer = await act(cell.stack.url, cell.stack.key);
  expect([answer.status, answer.body.recorded]).toEqual([200, true]);
});
