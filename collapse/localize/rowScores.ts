import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { RowMethod } from "../contracts/rows.ts";
import { binRows, binTables } from "./binRows.ts";
import type { Folds } from "./folds.ts";
import { scoreTrees, type Trees } from "./growTrees.ts";

/** What is known of both tables before rows are looked at one by one. */
export interface LocalizeTables {
  readonly frame: Frame;
  readonly reference: Summary;
  readonly candidate: Summary;
}

/** Ways of scoring rows; two of them look for concentration. */
export const WAYS = ["copies", "crowding", "shrinkage", "joint", "discriminator"] as const;
export type Way = (typeof WAYS)[number];

/** What a way's findings are reported as. */
export const METHOD_OF = {
  copies: "duplicates",
  crowding: "concentration",
  shrinkage: "concentration",
  joint: "joint",
  discriminator: "discriminator",
} as const satisfies Record<Way, RowMethod>;

/** Rows of the candidate as a pass over it gives them, in codes. */
export interface PassedRows {
  readonly rows: number;
  readonly bucket: Uint8Array;
  readonly codes: readonly Uint16Array[];
  readonly digest: Float64Array;
}

/** What a way says of rows: the more, the worse. NaN where it cannot say. */
export interface RowScores {
  readonly way: Way;
  /** Of real rows that had no part in what scores them. */
  readonly calibration: Float64Array;
  /** Of the candidate's sampled rows, by their place in the sample. */
  readonly sample: Float64Array;
  /** Scores rows that are not in the sample; null where the sample is all of the table. */
  readonly scoreRows: ((rows: PassedRows) => Float64Array) | null;
}

/** Scores by one model per fold: each row by the model of its own fold, which has not seen it. */
export function treeScorer(
  way: Way,
  { frame, reference, candidate }: LocalizeTables,
  folds: Folds,
  models: readonly Trees[],
): RowScores {
  const tables = binTables(frame, reference);
  const scoreRows = ({ rows, bucket, codes }: Omit<PassedRows, "digest">): Float64Array => {
    const scores = new Float64Array(rows);
    models.forEach((trees, fold) => {
      const inFold = rowsInFold(bucket, rows, folds, fold);
      const ofFold = scoreTrees(trees, binRows(tables, codes, inFold), inFold.length);
      for (let place = 0; place < inFold.length; place++) scores[inFold[place] ?? 0] = ofFold[place] ?? 0;
    });
    return scores;
  };
  return { way, calibration: scoreRows(reference.sample), sample: scoreRows(candidate.sample), scoreRows };
}

function rowsInFold(bucket: Uint8Array, rows: number, folds: Folds, fold: number): Uint32Array {
  const chosen = new Uint32Array(rows);
  let size = 0;
  for (let row = 0; row < rows; row++) if (folds.of(bucket[row] ?? 0) === fold) chosen[size++] = row;
  return chosen.subarray(0, size);
}
