import { PAIR_CLASSES } from "../contracts/aggregates.ts";

// Dependence in a table of 9 × 9 classes. The last class of either side (missing or never seen) is left out: a change
// of it is the other dimensions' to tell.
const CLASSES = PAIR_CLASSES - 1;

const rowSums = new Float64Array(CLASSES);
const columnSums = new Float64Array(CLASSES);

/** Fills the margins of the table and returns its rows. */
function sumMargins(table: Float64Array): number {
  rowSums.fill(0);
  columnSums.fill(0);
  let rows = 0;
  for (let i = 0; i < CLASSES; i++)
    for (let j = 0; j < CLASSES; j++) {
      const count = table[i * PAIR_CLASSES + j] ?? 0;
      rowSums[i] = (rowSums[i] ?? 0) + count;
      columnSums[j] = (columnSums[j] ?? 0) + count;
      rows += count;
    }
  return rows;
}

function held(sums: Float64Array): number {
  let count = 0;
  for (const sum of sums) if (sum > 0) count++;
  return count;
}

/** χ² / rows of the table whose margins were just summed. */
function meanSquareContingency(table: Float64Array, rows: number): number {
  let sum = 0;
  for (let i = 0; i < CLASSES; i++)
    for (let j = 0; j < CLASSES; j++) {
      const count = table[i * PAIR_CLASSES + j] ?? 0;
      if (count > 0) sum += (count * count) / ((rowSums[i] ?? 0) * (columnSums[j] ?? 0));
    }
  return rows > 0 ? sum - 1 : Number.NaN;
}

/** Cramér's V with Bergsma's correction of its bias (2013); NaN where either side has one class. */
export function cramer(table: Float64Array): number {
  const rows = sumMargins(table);
  const [k, l] = [held(rowSums), held(columnSums)];
  if (k < 2 || l < 2 || rows < 2) return Number.NaN;
  const square = meanSquareContingency(table, rows);
  const corrected = Math.max(0, square - ((k - 1) * (l - 1)) / (rows - 1));
  const least = Math.min(k - (k - 1) ** 2 / (rows - 1), l - (l - 1) ** 2 / (rows - 1));
  return least > 1 ? Math.sqrt(corrected / (least - 1)) : Number.NaN;
}

/** Standard deviation of V at `rows` rows: the delta method on φ², and χ²'s own variance where φ² is near 0. */
export function cramerSd(table: Float64Array, rows: number): number {
  const total = sumMargins(table);
  const [k, l] = [held(rowSums), held(columnSums)];
  if (k < 2 || l < 2) return Number.NaN;
  const square = meanSquareContingency(table, total);
  const degrees = (k - 1) * (l - 1);
  const variance = contingencyVariance(table, total) / rows + (2 * degrees) / rows ** 2;
  const sd = Math.sqrt(variance);
  const scale = Math.min(k, l) - 1;
  return sd / (2 * scale * Math.max(Math.sqrt(square / scale), Math.sqrt(sd / scale)));
}

/** Variance of one row's influence on φ² = Σ p² / (row · column) − 1. */
function contingencyVariance(table: Float64Array, total: number): number {
  const byRow = new Float64Array(CLASSES);
  const byColumn = new Float64Array(CLASSES);
  forEachCell(table, total, (p, i, j) => {
    const [row, column] = [(rowSums[i] ?? 0) / total, (columnSums[j] ?? 0) / total];
    byRow[i] = (byRow[i] ?? 0) + p ** 2 / (row ** 2 * column);
    byColumn[j] = (byColumn[j] ?? 0) + p ** 2 / (row * column ** 2);
  });
  let mean = 0;
  let square = 0;
  forEachCell(table, total, (p, i, j) => {
    const [row, column] = [(rowSums[i] ?? 0) / total, (columnSums[j] ?? 0) / total];
    const slope = (2 * p) / (row * column) - (byRow[i] ?? 0) - (byColumn[j] ?? 0);
    mean += p * slope;
    square += p * slope ** 2;
  });
  return Math.max(0, square - mean ** 2);
}

function forEachCell(
  table: Float64Array,
  total: number,
  visit: (share: number, i: number, j: number) => void,
): void {
  for (let i = 0; i < CLASSES; i++)
    for (let j = 0; j < CLASSES; j++) {
      const count = table[i * PAIR_CLASSES + j] ?? 0;
      if (count > 0) visit(count / total, i, j);
    }
}

interface Moments {
  rows: number;
  groups: number;
  mean: number;
  between: number;
  total: number;
}
const moments: Moments = { rows: 0, groups: 0, mean: 0, between: 0, total: 0 };
const groupMeans = new Float64Array(CLASSES);

/** Sums of squares of the number's class (0 to 7) between and within the groups of the levels. */
function sumSquares(table: Float64Array, numberStep: number, levelStep: number): Moments {
  let [rows, sum, squares, groups, ofMeans] = [0, 0, 0, 0, 0];
  for (let group = 0; group < CLASSES; group++) {
    let [size, inGroup] = [0, 0];
    for (let score = 0; score < CLASSES; score++) {
      const count = table[group * levelStep + score * numberStep] ?? 0;
      size += count;
      inGroup += count * score;
      squares += count * score * score;
    }
    groupMeans[group] = size > 0 ? inGroup / size : 0;
    if (size === 0) continue;
    groups++;
    rows += size;
    sum += inGroup;
    ofMeans += (inGroup * inGroup) / size;
  }
  moments.rows = rows;
  moments.groups = groups;
  moments.mean = sum / rows;
  moments.between = ofMeans - (sum * sum) / rows;
  moments.total = squares - (sum * sum) / rows;
  return moments;
}

/**
 * Correlation ratio (Pearson 1905) of the number's class over the groups of the levels, corrected for bias as by
 * Kelley 1935: 1 − (1 − η²)(n − 1)/(n − groups). NaN where the number is constant or there is one group.
 */
export function correlationRatio(table: Float64Array, numberStep: number, levelStep: number): number {
  const { rows, groups, between, total } = sumSquares(table, numberStep, levelStep);
  if (groups < 2 || rows <= groups || !(total > 0)) return Number.NaN;
  return 1 - ((1 - between / total) * (rows - 1)) / (rows - groups);
}

/** Standard deviation of η² at `rows` rows: the delta method, and what is left of it where η² is near 0. */
export function correlationRatioSd(
  table: Float64Array,
  { numberStep, levelStep, rows }: { numberStep: number; levelStep: number; rows: number },
): number {
  const { rows: total, groups, mean, between, total: squares } = sumSquares(table, numberStep, levelStep);
  if (groups < 2 || !(squares > 0)) return Number.NaN;
  const ratio = between / squares;
  let variance = 0;
  for (let group = 0; group < CLASSES; group++)
    for (let score = 0; score < CLASSES; score++) {
      const share = (table[group * levelStep + score * numberStep] ?? 0) / total;
      const shift = (groupMeans[group] ?? 0) - mean;
      const ofBetween = shift ** 2 + 2 * shift * (score - (groupMeans[group] ?? 0));
      const influence = (ofBetween - ratio * (score - mean) ** 2) / (squares / total);
      variance += share * influence ** 2;
    }
  return Math.sqrt(variance / rows + (2 * (groups - 1)) / rows ** 2);
}
