import { BUCKETS, PAIR_CLASSES } from "../contracts/aggregates.ts";
import { type Block, codesOf } from "../contracts/columns.ts";
import { classesAt } from "../encode/classesOf.ts";
import { isOnGrid, perStep } from "../encode/gridOf.ts";
import { gather } from "../numerics/gather.ts";
import { addProducts } from "./addProducts.ts";
import { type CodedBlock, codeBlock } from "./codeBlock.ts";
import { rowDigests } from "./rowDigests.ts";
import type { Tally } from "./tally.ts";

/** Adds the rows of a block to a tally. */
export function tallyBlock(tally: Tally, block: Block): void {
  const coded = codeBlock(tally, block);
  const digests = rowDigests(block, tally.digested);
  tally.rows += block.rows;
  countCodes(tally, coded);
  countPairs(tally, coded);
  countOnGrid(tally, coded);
  addProducts(tally, coded);
  for (let row = 0; row < block.rows; row++) tally.digests.add(digests[row] ?? 0, coded.buckets[row] ?? 0, 1);
  sampleRows(tally, coded, digests);
}

function countCodes(tally: Tally, { starts, codes }: CodedBlock): void {
  for (let bucket = 0; bucket < BUCKETS; bucket++)
    tally.bucketRows[bucket] =
      (tally.bucketRows[bucket] ?? 0) + (starts[bucket + 1] ?? 0) - (starts[bucket] ?? 0);
  tally.frame.variables.forEach((variable, index) => {
    const counts = tally.counts[index];
    const ofPlaces = codes[index];
    if (counts && ofPlaces) countByBucket(ofPlaces, starts, codesOf(variable).size, counts);
  });
}

function countByBucket(codes: Uint16Array, starts: Uint32Array, size: number, counts: Float64Array): void {
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const offset = bucket * size;
    const end = starts[bucket + 1] ?? 0;
    for (let place = starts[bucket] ?? 0; place < end; place++) {
      const cell = offset + (codes[place] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
}

const NO_CLASSES = new Uint8Array(0);

/** What all pairs of a left variable share is added up once: bucket × 81 + class × 9. */
function countPairs(tally: Tally, { block, starts, codes }: CodedBlock): void {
  const { frame } = tally;
  const classes = codes.map((ofPlaces, variable) =>
    classesAt(ofPlaces, frame.classes[variable] ?? NO_CLASSES),
  );
  const lefts = new Uint16Array(block.rows);
  let started = -1;
  frame.pairs.forEach(({ left, right }, index) => {
    if (left !== started) {
      started = left;
      startCells(classes[left] ?? NO_CLASSES, starts, lefts);
    }
    const counts = tally.pairs[index];
    const ofRight = classes[right];
    if (counts && ofRight) countCells(counts, lefts, ofRight);
  });
}

function startCells(classes: Uint8Array, starts: Uint32Array, cells: Uint16Array): void {
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const end = starts[bucket + 1] ?? 0;
    for (let place = starts[bucket] ?? 0; place < end; place++)
      cells[place] = (bucket * PAIR_CLASSES + (classes[place] ?? 0)) * PAIR_CLASSES;
  }
}

function countCells(counts: Float64Array, lefts: Uint16Array, rights: Uint8Array): void {
  for (let place = 0; place < lefts.length; place++) {
    const cell = (lefts[place] ?? 0) + (rights[place] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
}

function countOnGrid(tally: Tally, { block, buckets }: CodedBlock): void {
  const { variables, grids } = tally.frame;
  variables.forEach(({ column }, variable) => {
    const step = grids[variable] ?? 0;
    const numbers = block.columns[column];
    if (step === 0 || !(numbers instanceof Float64Array)) return;
    const stepsPerUnit = perStep(step);
    for (let row = 0; row < block.rows; row++) {
      if (!isOnGrid(numbers[row] ?? Number.NaN, stepsPerUnit)) continue;
      const cell = (buckets[row] ?? 0) * variables.length + variable;
      tally.onGrid[cell] = (tally.onGrid[cell] ?? 0) + 1;
    }
  });
}

/** Offers the sample those rows alone that may be among the least, which soon are few. */
function sampleRows(
  tally: Tally,
  { block, codes, buckets, places }: CodedBlock,
  digests: Float64Array,
): void {
  const wanted = new Uint32Array(block.rows);
  let size = 0;
  for (let row = 0; row < block.rows; row++)
    if (tally.sample.wants(block.firstRow + row)) wanted[size++] = row;
  const rows = wanted.subarray(0, size);
  const ofRows = gather(places, rows, new Uint32Array(size));
  tally.sample.add({
    rows: size,
    index: Float64Array.from(rows).map((row) => block.firstRow + row),
    bucket: gather(buckets, rows, new Uint8Array(size)),
    digest: gather(digests, rows, new Float64Array(size)),
    codes: codes.map((ofPlaces) => gather(ofPlaces, ofRows, new Uint16Array(size))),
    values: tally.frame.variables.map(({ kind, column }) => {
      const numbers = block.columns[column];
      if (kind !== "number" || !(numbers instanceof Float64Array)) return null;
      return gather(numbers, rows, new Float64Array(size));
    }),
  });
}
