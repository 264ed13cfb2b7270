import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cell, foundNeighbor, openCell } from "./support/cell.ts";
import { expectEachStoredOnce } from "./support/expectStored.ts";
import { killAndRevive } from "./support/faults.ts";
import { type Caller, isRecorded, underLoad } from "./support/load.ts";

// The second promise, small: `npm run soak` keeps the whole of it.

const CALLS = 200;
const CONNECTIONS = 8;

let cell: Cell;
let organizations: Caller[] = [];

beforeAll(async () => {
  cell = await openCell();
  const { url, key } = cell.stack;
  const neighbor = await foundNeighbor(cell);
  organizations = [
    { url, key, organization: "demo" },
    { url, key: neighbor.key, organization: "neighbor" },
  ];
});
afterAll(() => cell?.close());

test("kill -9 of each process in turn, and of all at once, loses no record and doubles none", async () => {
  const { postgres, redis, runner, edge } = cell.stack.parts;
  const callers = Array.from({ length: CONNECTIONS / organizations.length }, () => organizations).flat();
  const told = await underLoad({ callers, pauseMs: 150, atLeast: CALLS }, async () => {
    await killAndRevive(redis);
    await killAndRevive(runner);
    await killAndRevive(edge, 1);
    await killAndRevive(edge);
    await killAndRevive(postgres);
    await Promise.all([postgres, redis, runner, edge].map((part) => killAndRevive(part)));
  });

  const { recorded, unanswered } = await expectEachStoredOnce(cell, told, organizations);
  expect(recorded).toBeGreaterThan(CALLS / 4);
  // The edge died twice and more: without calls that got no answer nothing was shown.
  expect(unanswered).toBeGreaterThan(0);
  for (const answer of told.filter((each) => !isRecorded(each)))
    expect([0, 200, 503, 504]).toContain(answer.status);
  for (const caller of organizations) {
    const after = await underLoad({ callers: [caller], pauseMs: 50, atLeast: 3 }, async () => undefined);
    expect(after.map(isRecorded)).toEqual(after.map(() => true));
  }
});
