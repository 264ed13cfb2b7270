import { type Frame, PAIR_CLASSES, type Summary } from "../contracts/aggregates.ts";
import type { RowsReport } from "../contracts/rows.ts";
import { normalQuantile } from "../numerics/normal.ts";
import { BINS, type BinTables, binTables } from "./binRows.ts";
import type { LocalizeTables, RowScores } from "./rowScores.ts";

export type Region = Extract<RowsReport, { found: "regions" }>["regions"][number];

/** Chance that any of the regions looked at is reported by chance alone. */
const CHANCE = 0.01;
/** The lower bound of a region's lift, and the share of the candidate's rows beyond what is usual there. */
const LEAST_LIFT = 1.5;
const LEAST_EXCESS = 0.005;
const MOST_REGIONS = 10;
/** Parts of the file that are looked at, and the real rows that score as high: the worst tenth. */
const PARTS = 40;
const TOP_SHARE = 0.1;

/** A place that rows may lie in, and both tables' rows in it; `spread` is the variance that buckets show. */
interface Cell {
  readonly says: (lift: string) => string;
  readonly rows: number;
  readonly share: number;
  readonly realShare: number;
  /** Variance of the logarithm of the lift. */
  readonly variance: number;
}

/**
 * Parts of the candidate that hold more than their share, where no row can be told: values of a variable or of two,
 * and parts of the file. Each with its lift (the candidate's share over that of real rows), if the lift's lower bound,
 * Bonferroni's correction for all places looked at, is above 1.5.
 */
export function findRegions(tables: LocalizeTables, scores: RowScores): readonly Region[] {
  const cells = [
    ...cellsOfVariables(tables),
    ...cellsOfPairs(tables),
    ...partsOfFile(tables.candidate, scores),
  ];
  const width = normalQuantile(1 - CHANCE / Math.max(1, cells.length));
  const found = cells
    .map((cell) => ({ cell, lift: cell.share / cell.realShare }))
    .filter(({ cell, lift }) => {
      const bound = Math.exp(Math.log(lift) - width * Math.sqrt(cell.variance));
      return bound >= LEAST_LIFT && cell.share - cell.realShare >= LEAST_EXCESS;
    })
    .sort((left, right) => right.cell.share - right.cell.realShare - (left.cell.share - left.cell.realShare));
  return found.slice(0, MOST_REGIONS).map(({ cell, lift }) => ({
    says: cell.says(lift.toFixed(1)),
    rows: Math.round(cell.rows),
    lift,
  }));
}

/** Counts of a table per cell and bucket: cells × 64. */
type Counts = (summary: Summary, cell: number, bucket: number) => number;

function cellsOf(
  { reference, candidate }: LocalizeTables,
  cells: number,
  counts: Counts,
  says: (cell: number, lift: string) => string,
): Cell[] {
  return Array.from({ length: cells }, (_, cell): Cell => {
    const real = shareOf(reference, (bucket) => counts(reference, cell, bucket));
    const other = shareOf(candidate, (bucket) => counts(candidate, cell, bucket));
    return {
      says: (lift) => says(cell, lift),
      rows: other.rows,
      share: other.share,
      // A place that no real row lies in counts as half a row.
      realShare: Math.max(real.share, 0.5 / Math.max(1, reference.rows)),
      variance: real.variance + other.variance,
    };
  }).filter(({ rows }) => rows > 0);
}

/**
 * A share, and the variance of its logarithm: that of counts, or that between the buckets where it is more, as it is
 * where rows come in groups.
 */
function shareOf(
  { buckets, rows: all }: Summary,
  countIn: (bucket: number) => number,
): { rows: number; share: number; variance: number } {
  const counts = buckets.map((_, bucket) => countIn(bucket));
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const share = rows / Math.max(1, all);
  const between = counts.reduce((sum, count, bucket) => {
    const apart = count - share * (buckets[bucket]?.rows ?? 0);
    return sum + apart * apart;
  }, 0);
  const least = Math.max(rows, 0.5);
  return { rows, share, variance: Math.max(1 / least, between / (least * least)) };
}

function cellsOfVariables(tables: LocalizeTables): Cell[] {
  const bins = binTables(tables.frame, tables.reference);
  const counted = new Map([tables.reference, tables.candidate].map((one) => [one, binCounts(one, bins)]));
  return tables.frame.variables.flatMap((variable, index) =>
    cellsOf(
      tables,
      BINS,
      (summary, cell, bucket) => counted.get(summary)?.[bucket]?.[index]?.[cell] ?? 0,
      (cell, lift) =>
        `\`${variable.name}\`: rows with ${nameOfBin(tables.frame, index, cell)} are ${lift} times as many as among real rows.`,
    ),
  );
}

/** Of each bucket and variable the rows per bin. */
function binCounts({ buckets }: Summary, bins: BinTables): readonly (readonly Float64Array[])[] {
  return buckets.map(({ counts }) =>
    counts.map((ofCodes, variable) => {
      const table = bins[variable] ?? new Uint8Array(0);
      const sums = new Float64Array(BINS);
      ofCodes.forEach((rows, code) => {
        const bin = table[code] ?? 0;
        sums[bin] = (sums[bin] ?? 0) + rows;
      });
      return sums;
    }),
  );
}

/** What a bin holds, without a value of it. */
function nameOfBin(frame: Frame, variable: number, bin: number): string {
  if (bin === BINS - 1) return "no value";
  if (frame.variables[variable]?.kind === "number")
    return `values from ${Math.round((100 * bin) / (BINS - 2))} % to ${Math.round((100 * (bin + 1)) / (BINS - 2))} % of the range of real ones`;
  return bin === BINS - 2
    ? "rare values or ones never seen"
    : `the value that is number ${bin + 1} of the real ones`;
}

function cellsOfPairs(tables: LocalizeTables): Cell[] {
  const { variables, pairs } = tables.frame;
  return pairs.flatMap(({ left, right }, pair) =>
    cellsOf(
      tables,
      PAIR_CLASSES * PAIR_CLASSES,
      (summary, cell, bucket) => summary.buckets[bucket]?.pairs[pair]?.[cell] ?? 0,
      (cell, lift) => {
        const place = (variable: number, eighth: number): string =>
          `\`${variables[variable]?.name ?? ""}\` in ${eighth === PAIR_CLASSES - 1 ? "its missing or new values" : `eighth ${eighth + 1}`}`;
        return `${place(left, Math.floor(cell / PAIR_CLASSES))} with ${place(right, cell % PAIR_CLASSES)}: ${lift} times as many rows as among real ones.`;
      },
    ),
  );
}

/** Where in the file rows lie that score as the worst tenth of real rows does. */
function partsOfFile({ sample, rows: all }: Summary, { calibration, sample: scores }: RowScores): Cell[] {
  const sorted = calibration.filter((score) => !Number.isNaN(score)).sort();
  if (sorted.length === 0) return [];
  const top = sorted[Math.floor((1 - TOP_SHARE) * sorted.length)] ?? Number.POSITIVE_INFINITY;
  const inPart = new Float64Array(PARTS);
  const high = new Float64Array(PARTS);
  for (let place = 0; place < scores.length; place++) {
    const part = Math.min(PARTS - 1, Math.floor(((sample.index[place] ?? 0) * PARTS) / Math.max(1, all)));
    inPart[part] = (inPart[part] ?? 0) + 1;
    if ((scores[place] ?? Number.NaN) > top) high[part] = (high[part] ?? 0) + 1;
  }
  const elsewhere = high.reduce((sum, rows) => sum + rows, 0) / Math.max(1, scores.length);
  return Array.from(high, (rows, part): Cell => {
    const size = Math.max(1, inPart[part] ?? 0);
    const usual = Math.max(elsewhere, TOP_SHARE);
    return {
      says: (lift) =>
        `Rows ${Math.floor((part * all) / PARTS)} to ${Math.floor(((part + 1) * all) / PARTS) - 1} of the file: ${lift} times as many odd rows as elsewhere.`,
      rows: (rows / Math.max(1, scores.length)) * all,
      share: rows / size,
      realShare: usual,
      variance: 1 / Math.max(rows, 0.5) + 1 / (usual * size),
    };
  });
}
