import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Block } from "../contracts/columns.ts";
import { summarize } from "../count/summarize.ts";
import { sumOf } from "../count/sumOf.ts";
import { measuresOf } from "../dimensions/measuresOf.ts";
import { poolMeasures } from "../dimensions/poolMeasures.ts";
import { frameOf } from "../encode/frameOf.ts";
import { measureEvidenceInLanes } from "../evidence/measureEvidence.ts";
import { measureHarmInLanes } from "../harm/measureHarm.ts";
import { seededRandom } from "../numerics/random.ts";
import { type MemoryTable, memoryBlocks, planOf } from "../testTables.ts";
import { type Lanes, openLanes } from "./openLanes.ts";
import { packBlock, unpackBlock } from "./packBlock.ts";

let three: Lanes;
beforeAll(() => {
  three = openLanes(3);
});
afterAll(() => three.close());

function tableOf(rows: number, seed: number): MemoryTable {
  const random = seededRandom(seed, "table");
  const x = Array.from({ length: rows }, () => (random.next() < 0.02 ? Number.NaN : random.normal()));
  return {
    x,
    y: x.map((value) => (Number.isNaN(value) ? 0 : value) ** 2 + 0.5 * random.normal()),
    z: x.map(() => Math.round(4 * random.normal())),
    shop: x.map(() => (random.next() < 0.05 ? null : `shop ${random.whole(6)}`)),
    user: x.map(() => `user ${random.whole(90)}`),
  };
}

/** Everything that a verdict rests on, as a digest of its bytes. */
async function findAll(lanes: Lanes | null, blockRows: number): Promise<string> {
  const reference = tableOf(700, 1);
  const plan = planOf(reference, { group: "user" });
  const frame = await frameOf(memoryBlocks(reference, plan, 500), plan, 3);
  const count = (table: MemoryTable, name: "reference" | "candidate") =>
    summarize(memoryBlocks(table, plan, blockRows), frame, plan, { seed: 3, table: name }, lanes);
  const tables = {
    reference: await count(reference, "reference"),
    candidate: await count(tableOf(500, 2), "candidate"),
  };
  const measures = measuresOf(frame, sumOf(tables.reference.buckets));
  const asked = { seed: 3, draws: 39, poolRows: 200, grouped: true };
  const evidence = await measureEvidenceInLanes(lanes, tables, frame, measures, poolMeasures(frame), asked);
  const network = { provider: "cpu", isUndecided: () => true } as const;
  const harm = await measureHarmInLanes(lanes, tables, frame, { seed: 3, pairs: 2, target: "y", network });
  return digestOf({ tables, evidence, harm });
}

function digestOf(value: unknown): string {
  const hash = createHash("sha256");
  const add = (part: unknown): void => {
    if (ArrayBuffer.isView(part)) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    else if (part instanceof Object) for (const inner of Object.values(part)) add(inner);
    else hash.update(`${part};`);
  };
  add(value);
  return hash.digest("hex");
}

test("neither lanes nor the size of blocks change a byte of what a verdict rests on", async () => {
  expect(await findAll(three, 97)).toBe(await findAll(null, 16_384));
});

test("a block is the same behind the way to another thread, a view of a larger array too", () => {
  const large = Float64Array.from({ length: 100 }, (_, row) => row);
  const block: Block = {
    firstRow: 7,
    rows: 3,
    columns: [large.subarray(5, 8), ["a", null, "a"], null],
    groups: ["g", "h", "g"],
  };
  const packed = packBlock(block);
  expect(unpackBlock(packed)).toEqual(block);
  const [numbers] = packed.columns;
  expect(numbers instanceof Float64Array && numbers.buffer.byteLength).toBe(24);
});

test("what breaks in a lane is thrown here, and the lane goes on", async () => {
  await expect(three.call("endTally", { tally: 99 })).rejects.toThrow("no such tally");
  await expect(three.lanes[0]?.call("endTally", { tally: 98 })).rejects.toThrow("no such tally");
});
