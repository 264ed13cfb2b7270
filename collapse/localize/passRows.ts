import type { Frame, RowSample, Summary } from "../contracts/aggregates.ts";
import type { Block, TablePlan } from "../contracts/columns.ts";
import { bucketsOf } from "../count/codeBlock.ts";
import { rowDigests } from "../count/rowDigests.ts";
import { coderOf } from "../encode/coders.ts";
import { isAnalyzed } from "../encode/sampleReference.ts";
import { gather } from "../numerics/gather.ts";
import type { PassedRows } from "./rowScores.ts";

/** Some rows of the candidate in the order of the file, with their places in it. */
export interface Passed extends PassedRows {
  readonly index: Float64Array;
}

/** All rows of a table whose sample holds all of them, in the order of the file, and their places in the sample. */
export function sampledRows({ sample }: Summary): { readonly passed: Passed; readonly places: Uint32Array } {
  const places = Uint32Array.from({ length: sample.rows }, (_, place) => place).sort(
    (left, right) => (sample.index[left] ?? 0) - (sample.index[right] ?? 0),
  );
  return { passed: chosenRows(sample, places), places };
}

/** Some rows of a sample, in the order given. */
export const chosenRows = (sample: RowSample, places: Uint32Array): Passed => ({
  rows: places.length,
  index: gather(sample.index, places, new Float64Array(places.length)),
  bucket: gather(sample.bucket, places, new Uint8Array(places.length)),
  digest: gather(sample.digest, places, new Float64Array(places.length)),
  codes: sample.codes.map((codes) => gather(codes, places, new Uint16Array(places.length))),
});

const NONE = new Float64Array(0);

/** Codes blocks of the candidate as the first pass coded them; for copies the digests alone, else all but these. */
export function rowPasser(
  frame: Frame,
  plan: TablePlan,
  { seed, digestsOnly }: { readonly seed: number; readonly digestsOnly: boolean },
): (block: Block) => Passed {
  const coders = frame.variables.map(coderOf);
  const digested = plan.columns.flatMap((column, index) => (isAnalyzed(column) ? [index] : []));
  return (block) => ({
    rows: block.rows,
    index: Float64Array.from({ length: block.rows }, (_, row) => block.firstRow + row),
    bucket: bucketsOf(block, { seed, table: "candidate" }),
    digest: digestsOnly ? rowDigests(block, digested) : NONE,
    codes: (digestsOnly ? [] : frame.variables).map(({ column }, variable) => {
      const codes = new Uint16Array(block.rows);
      coders[variable]?.(block.columns[column] ?? null, block.rows, codes);
      return codes;
    }),
  });
}
