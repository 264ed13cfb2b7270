import type { RowSample } from "../contracts/aggregates.ts";
import { seededRandom } from "../numerics/random.ts";
import type { WorstRow } from "./flagRows.ts";
import type { LocalizeTables, RowScores } from "./rowScores.ts";

/** Values that a column is tried with, and columns that are named. */
const TRIED = 24;
const MOST_NAMED = 3;
/** Share of a row's excess that another value has to take away for its column to be named. */
const LEAST_SHARE = 0.1;

/**
 * The columns that speak most against each row, the worst first: those in which a value of another real row, all else
 * left as it is, lowers the score most (the lower quartile of 24 values tried). Empty where none does.
 */
export function explainRows(
  worst: readonly WorstRow[],
  { frame, reference }: LocalizeTables,
  {
    scoreRows,
    calibration,
  }: Pick<RowScores, "calibration"> & { scoreRows: NonNullable<RowScores["scoreRows"]> },
  names: readonly string[],
  seed: number,
): readonly (readonly string[])[] {
  const columns = [...new Set(frame.variables.map(({ column }) => column))];
  const random = seededRandom(seed, "localize explanations");
  const donors = Uint32Array.from({ length: TRIED }, () => random.whole(Math.max(1, reference.sample.rows)));
  const usual = medianOf(calibration);
  return worst.map((row) => {
    const scores = scoreRows(variantsOf(row, columns, frame.variables, reference.sample, donors));
    const lowered = columns.map((column, place) => {
      const tried = scores
        .subarray(place * TRIED, (place + 1) * TRIED)
        .slice()
        .sort();
      return { column, by: row.score - (tried[TRIED >> 2] ?? row.score) };
    });
    return lowered
      .filter(({ by }) => by > LEAST_SHARE * (row.score - usual))
      .sort((left, right) => right.by - left.by || left.column - right.column)
      .slice(0, MOST_NAMED)
      .map(({ column }) => names[column] ?? "");
  });
}

/** The row with each column's value replaced by each donor's: column by column. */
function variantsOf(
  row: WorstRow,
  columns: readonly number[],
  variables: readonly { readonly column: number }[],
  sample: RowSample,
  donors: Uint32Array,
) {
  const rows = columns.length * TRIED;
  const codes = variables.map(({ column }, variable) => {
    const filled = new Uint16Array(rows).fill(row.codes[variable] ?? 0);
    const from = columns.indexOf(column) * TRIED;
    donors.forEach((donor, place) => {
      filled[from + place] = sample.codes[variable]?.[donor] ?? 0;
    });
    return filled;
  });
  const bucket = new Uint8Array(rows).fill(row.bucket);
  return { rows, bucket, codes, digest: new Float64Array(rows).fill(row.digest) };
}

function medianOf(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted[sorted.length >> 1] ?? 0;
}
