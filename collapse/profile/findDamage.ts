import { type Aggregate, type Frame, PAIR_CLASSES, type Summary } from "../contracts/aggregates.ts";
import { codesOf } from "../contracts/columns.ts";

/**
 * What in a frame and a summary contradicts itself; null where nothing does. A checksum says that a file is as it was
 * written, not that whoever wrote it meant well: every number that is used as a place or a count is looked at.
 */
export function findDamage(frame: Frame, summary: Summary): string | null {
  if (!isFrame(frame)) return "its edges or codes are out of order";
  const rows = summary.buckets.reduce((sum, bucket) => sum + bucket.rows, 0);
  const aggregates = [...summary.buckets, ...(summary.parts ?? [])];
  if (rows !== summary.rows || !aggregates.every((one) => isAggregate(one, frame)))
    return "its counts do not add up";
  if (!areParts(summary)) return "its parts are unequal";
  return isSample(frame, summary) ? null : "its rows are none of this table";
}

function isFrame({ variables, classes, encoding, grids }: Frame): boolean {
  return (
    variables.every((variable) => variable.kind === "level" || isAscending(variable.edges)) &&
    classes.every((ofCodes) => ofCodes.every((one) => one < PAIR_CLASSES)) &&
    encoding.encoders.every(
      ({ starts, features, values, scores }) =>
        starts.every((start, code) => start >= (starts[code - 1] ?? 0)) &&
        features.every((feature) => feature < encoding.width) &&
        areFinite(values) &&
        areFinite(scores),
    ) &&
    grids.every((step) => step >= 0 && Number.isFinite(step))
  );
}

function isAggregate(aggregate: Aggregate, { variables, grids }: Frame): boolean {
  const { rows, counts, pairs, mean, comoment, onGrid, duplicates, digests } = aggregate;
  return (
    isCount(rows) &&
    counts.length === variables.length &&
    [...counts, ...pairs].every((cells) => cells.every(isCount) && sumOf(cells) === rows) &&
    onGrid.length === grids.length &&
    onGrid.every((count) => isCount(count) && count <= rows) &&
    areFinite(mean) &&
    areFinite(comoment) &&
    duplicates >= 0 &&
    duplicates <= rows &&
    digests.share > 0 &&
    digests.share <= 1 &&
    isAscending(digests.digests) &&
    digests.rows.every((count) => isCount(count) && count > 0)
  );
}

/** As many rows each, and as many as can be halved into rows of 1/32 of a side. */
const areParts = ({ parts = [] }: Summary): boolean =>
  parts.every(({ rows }) => rows > 0 && rows % 32 === 0 && rows === parts[0]?.rows);

function isSample({ variables }: Frame, { rows, sample }: Summary): boolean {
  return (
    sample.rows <= rows &&
    sample.index.every((place) => isCount(place) && place < rows) &&
    sample.bucket.every((bucket) => bucket < 64) &&
    areFinite(sample.digest) &&
    sample.codes.every((codes, index) => {
      const variable = variables[index];
      const size = variable ? codesOf(variable).size : 0;
      return codes.every((code) => code < size);
    })
  );
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const areFinite = (values: Float64Array): boolean => values.every(Number.isFinite);
const sumOf = (cells: Float64Array): number => cells.reduce((sum, count) => sum + count, 0);

/** Strictly, and without NaN. */
const isAscending = (values: Float64Array): boolean =>
  values.every((value, index) => (index === 0 ? !Number.isNaN(value) : value > (values[index - 1] ?? 0)));
