import { beforeAll, expect, test } from "vitest";
import type { Action, Recommendation } from "../contracts/recommendations.ts";
import type { Side } from "../openSides.ts";
import { type MemoryTable, memoryBlocks, summariesOf } from "../testTables.ts";
import { countCopies, type Mending } from "./countCopies.ts";
import { countReal } from "./countReal.ts";
import type { Weigher } from "./fitWeigher.ts";

const ROWS = 900;
/** Row 1 repeats row 0, row 3 row 2, and so on. */
const candidate = { x: Float64Array.from({ length: ROWS }, (_, row) => Math.floor(row / 2)) };
const reference = { x: Float64Array.from({ length: ROWS }, (_, row) => (row * 7) % ROWS) };
/** Rows of even places are three times as dense as they should be: each third of them is taken. */
const weigher: Weigher = { ratios: (_, rows) => Float64Array.from(rows, () => 1 / 3) };

let mending: Omit<Mending, "chosen">;
beforeAll(async () => {
  const { frame, plan } = await summariesOf({ reference, candidate });
  const sideOf = (table: MemoryTable): Side => ({
    files: [],
    rows: ROWS,
    blocks: () => memoryBlocks(table, plan, 256),
  });
  const sides = {
    plan,
    reference: sideOf(reference),
    candidate: sideOf(candidate),
    learned: null,
    ignored: [],
    notes: [],
  };
  const remedies = {
    recommendations: [],
    flagged: { rows: ROWS, size: 2, has: (row: number) => row === 0 || row === 5 },
    weigher,
    weights: new Map([[3, { cap: 3, toMean: 1, toOne: 1 }]]),
    outermost: { middle: new Float64Array(frame.encoding.width), fromSquared: 2 },
  };
  mending = { sides, frame, remedies, seed: 1 };
});

const choose = (...actions: readonly (readonly [Action, number?])[]): Mending => ({
  ...mending,
  chosen: actions.map(
    ([action, share = 0], at): Recommendation => ({
      id: at + 1,
      action,
      says: "",
      parameters: { cap: 3, real_share: share },
      purpose: "predictive",
      before: { value: 1, low: 1, high: 1 },
      after: null,
      effect: null,
      helps: false,
      rows: { kept: 0, added: 0 },
      cost: null,
    }),
  ),
});
const sum = (copies: Uint8Array): number => copies.reduce((total, times) => total + times, 0);

test("a row that is flagged is gone before copies are counted, whatever the order they are named in", async () => {
  const copies = await countCopies(choose(["deduplicate"], ["drop_flagged"]));
  // Row 0 is flagged, so its copy stays; row 5 repeats row 4 and is gone either way.
  expect([...copies.subarray(0, 8)]).toEqual([0, 1, 1, 0, 1, 0, 1, 0]);
  expect(sum(copies)).toBe(ROWS / 2);
});

test("weights are given to the rows that are left", async () => {
  const copies = await countCopies(choose(["reweight"], ["deduplicate"]));
  expect(sum(copies)).toBe(ROWS / 6);
  expect(copies.every((times, row) => row % 2 === 0 || times === 0)).toBe(true);
});

test("no action, no change; and a file without such actions is not read", async () => {
  const unread = choose(["mix_real", 0.1]);
  const blocks = (): never => {
    throw new Error("read");
  };
  const sides = { ...unread.sides, candidate: { ...unread.sides.candidate, blocks } };
  expect(sum(await countCopies({ ...unread, sides }))).toBe(ROWS);
});

test("real rows are mixed in once each, in the share asked for, and more than there are is refused", async () => {
  const real = await countReal(choose(["mix_real", 0.3]), ROWS);
  expect(real.enough && [sum(real.copies), Math.max(...real.copies)]).toEqual([386, 1]);
  expect(await countReal(choose(["mix_real", 0.7]), ROWS)).toEqual({ enough: false, wanted: 2_100 });
});

test("of the tail only outermost rows are added, some of them several times", async () => {
  const real = await countReal(choose(["oversample_tails", 0.4]), ROWS);
  const copies = real.enough ? real.copies : new Uint8Array();
  expect(sum(copies)).toBe(600);
  expect(Math.max(...copies)).toBeGreaterThan(1);
  // Normal scores beyond 1.41: the outer 8 % of either side.
  const middle = [...copies].filter((times, row) => {
    const rank = (reference.x[row] ?? 0) / ROWS;
    return times > 0 && rank > 0.1 && rank < 0.9;
  });
  expect(middle).toEqual([]);
});
