import { expect, test } from "vitest";
import type { RowSample } from "../contracts/aggregates.ts";
import { seededRandom } from "../numerics/random.ts";
import { fitWeigher } from "./fitWeigher.ts";

const WIDTH = 3;
const ROWS = 1_200;

/** Normal rows, of which `keeps` may leave some out; in the order of their buckets, as they are split. */
function sampleOf(purpose: string, keeps: (first: number) => boolean): RowSample {
  const random = seededRandom(9, purpose);
  const encoded = new Float64Array(ROWS * WIDTH);
  for (let row = 0; row < ROWS; row++) {
    let first = random.normal();
    while (!keeps(first)) first = random.normal();
    encoded.set([first, random.normal(), random.normal()], row * WIDTH);
  }
  return {
    rows: ROWS,
    index: Float64Array.from({ length: ROWS }, (_, row) => row),
    bucket: Uint8Array.from({ length: ROWS }, (_, row) => Math.floor((64 * row) / ROWS)),
    codes: [],
    values: [],
    digest: new Float64Array(ROWS),
    encoded,
  };
}

const all = Uint32Array.from({ length: ROWS }, (_, row) => row);
const columns = [[0], [1], [2]];
const thinning = seededRandom(2, "thinning");
const reference = sampleOf("real", () => true);
/** Two thirds of the rows above 0.8 are not there. */
const candidate = sampleOf("candidate", (first) => first < 0.8 || thinning.next() < 1 / 3);
const samples = { reference, candidate, width: WIDTH };
const evenRows = all.filter((row) => ((candidate.bucket[row] ?? 0) & 1) === 0);

test("rows where the candidate is thin weigh more, and not by more than it is thin", () => {
  const ratios = fitWeigher(samples, { train: all, candidate: all }, columns, 1)?.ratios(candidate, all);
  const meanOf = (isMeant: (first: number) => boolean): number => {
    const chosen = [...(ratios ?? [])].filter((_, row) => isMeant(candidate.encoded[row * WIDTH] ?? 0));
    return chosen.reduce((sum, ratio) => sum + ratio, 0) / chosen.length;
  };
  const times = meanOf((first) => first > 0.9) / meanOf((first) => first < 0.7);
  expect(times).toBeGreaterThan(1.3);
  expect(times).toBeLessThan(3.5);
});

test("what is learned of even buckets says nothing of the order of their own rows", () => {
  const orderBy = (chosen: Uint32Array): number[] => {
    const ratios = fitWeigher(samples, { train: all, candidate: chosen }, columns, 1)?.ratios(
      candidate,
      evenRows,
    );
    return [...evenRows.keys()].sort((left, right) => (ratios?.[left] ?? 0) - (ratios?.[right] ?? 0));
  };
  // A quarter of the even buckets' rows gives way to one and the same row.
  const changed = all.map((row) => (evenRows.includes(row) && row % 4 === 0 ? (evenRows[0] ?? 0) : row));
  expect(orderBy(changed)).toEqual(orderBy(all));
});

test("nothing is weighed where there is nothing to tell apart, or nobody to learn from", () => {
  expect(fitWeigher(samples, { train: all, candidate: all.subarray(0, 150) }, columns, 1)).toBeNull();
  expect(fitWeigher(samples, { train: all, candidate: all }, [], 1)).toBeNull();
});
