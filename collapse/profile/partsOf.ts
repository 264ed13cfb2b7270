import { type Aggregate, type Frame, PAIR_CLASSES, type RowSample } from "../contracts/aggregates.ts";
import { codesOf } from "../contracts/columns.ts";
import { aggregateOf } from "../count/aggregateOf.ts";

/** Rows of a part: a side of 200 rows is one, and each splits into 1/32 of a side. */
const PART_ROWS = 192;
/** Numbers that all parts may take, and how many of them may be co-moments, which do not pack: of wide tables fewer. */
const MOST_NUMBERS = 2 ** 23;
const MOST_COMOMENTS = 2 ** 19;

/**
 * Statistics of equal parts of a sample, for whoever may not keep its rows: a side of any number of parts can be drawn
 * of them, real against real and against a candidate of far fewer rows than a bucket has.
 */
export function partsOf(sample: RowSample, frame: Frame): readonly Aggregate[] {
  const count = Math.min(
    Math.floor(sample.rows / PART_ROWS),
    Math.floor(MOST_NUMBERS / countsOfPart(frame)),
    Math.floor(MOST_COMOMENTS / comomentsOfPart(frame)),
  );
  return Array.from({ length: count }, (_, part) =>
    aggregateOf(
      sample,
      Uint32Array.from({ length: PART_ROWS }, (_, row) => part * PART_ROWS + row),
      frame,
    ),
  );
}

const countsOfPart = ({ variables, pairs }: Frame): number =>
  variables.reduce((sum, variable) => sum + codesOf(variable).size, pairs.length * PAIR_CLASSES ** 2);

const comomentsOfPart = ({ encoding: { width } }: Frame): number => Math.max(1, (width * (width + 1)) / 2);
