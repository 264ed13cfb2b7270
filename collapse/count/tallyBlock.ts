import { BUCKETS, PAIR_CLASSES } from "../contracts/aggregates.ts";
import { type Block, codesOf, keepsValues } from "../contracts/columns.ts";
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

function countCodes(tally: Tally, { starts, codes, buckets }: CodedBlock): void {
  for (let bucket = 0; bucket < BUCKETS; bucket++)
    tally.bucketRows[bucket] =
      (tally.bucketRows[bucket] ?? 0) + (starts[bucket + 1] ?? 0) - (starts[bucket] ?? 0);
  tally.frame.variables.forEach((variable, index) => {
    const counts = tally.counts[index];
    const ofRows = codes[index];
    if (!counts || !ofRows) return;
    const { size } = codesOf(variable);
    for (let row = 0; row < ofRows.length; row++) {
      const cell = (buckets[row] ?? 0) * size + (ofRows[row] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  });
}

const NO_CLASSES = new Uint8Array(0);

/**
 * Rows in their own order, not by bucket: rows after one another then rarely raise the same cell, which would have to
 * wait for itself. What all pairs of a left variable share is added up once: bucket × 81 + class × 9.
 */
function countPairs(tally: Tally, { block, buckets, codes }: CodedBlock): void {
  const { frame } = tally;
  const classes = codes.map((ofRows, variable) => classesAt(ofRows, frame.classes[variable] ?? NO_CLASSES));
  const lefts = new Uint16Array(block.rows);
  let started = -1;
  frame.pairs.forEach(({ left, right }, index) => {
    const ofLeft = classes[left] ?? NO_CLASSES;
    if (left !== started)
      for (let row = 0; row < lefts.length; row++)
        lefts[row] = ((buckets[row] ?? 0) * PAIR_CLASSES + (ofLeft[row] ?? 0)) * PAIR_CLASSES;
    started = left;
    const counts = tally.pairs[index];
    const ofRight = classes[right];
    if (counts && ofRight) countCells(counts, lefts, ofRight);
  });
}

function countCells(counts: Uint32Array, lefts: Uint16Array, rights: Uint8Array): void {
  for (let row = 0; row < lefts.length; row++) {
    const cell = (lefts[row] ?? 0) + (rights[row] ?? 0);
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
function sampleRows(tally: Tally, { block, codes, buckets }: CodedBlock, digests: Float64Array): void {
  const wanted = new Uint32Array(block.rows);
  let size = 0;
  for (let row = 0; row < block.rows; row++)
    if (tally.sample.wants(block.firstRow + row)) wanted[size++] = row;
  const rows = wanted.subarray(0, size);
  tally.sample.add({
    rows: size,
    index: Float64Array.from(rows).map((row) => block.firstRow + row),
    bucket: gather(buckets, rows, new Uint8Array(size)),
    digest: gather(digests, rows, new Float64Array(size)),
    codes: codes.map((ofRows) => gather(ofRows, rows, new Uint16Array(size))),
    values: tally.frame.variables.map((variable) => {
      const numbers = block.columns[variable.column];
      if (!keepsValues(variable) || !(numbers instanceof Float64Array)) return null;
      return gather(numbers, rows, new Float64Array(size));
    }),
  });
}
