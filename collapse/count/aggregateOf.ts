import { type Aggregate, type Frame, PAIR_CLASSES, type RowSample } from "../contracts/aggregates.ts";
import { codesOf } from "../contracts/columns.ts";
import { classesAt } from "../encode/classesOf.ts";
import { isOnGrid, perStep } from "../encode/gridOf.ts";
import { gather } from "../numerics/gather.ts";
import { centered } from "./centered.ts";
import { digestCountsOf, duplicatesOf } from "./digestCounts.ts";

/** The statistics of chosen rows of a sample; `rows` are places in the sample, and may repeat. */
export function aggregateOf(sample: RowSample, rows: Uint32Array, frame: Frame): Aggregate {
  const digests = digestCountsOf(gather(sample.digest, rows, new Float64Array(rows.length)));
  return {
    rows: rows.length,
    counts: frame.variables.map((variable, index) =>
      countChosen(codesAt(sample, index), rows, codesOf(variable).size),
    ),
    pairs: countPairs(sample, rows, frame),
    ...momentsOf(sample.encoded, rows, frame.encoding.width),
    digests,
    duplicates: duplicatesOf(digests, rows.length),
    onGrid: Float64Array.from(frame.variables, (_, index) =>
      countOnGrid(sample.values[index] ?? null, rows, frame.grids[index] ?? 0),
    ),
  };
}

const codesAt = (sample: RowSample, variable: number): Uint16Array =>
  sample.codes[variable] ?? new Uint16Array(0);

function countChosen(codes: Uint16Array, rows: Uint32Array, size: number): Float64Array {
  const counts = new Float64Array(size);
  for (const row of rows) {
    const code = codes[row] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

function countPairs(sample: RowSample, rows: Uint32Array, frame: Frame): Float64Array[] {
  const classes = frame.classes.map((ofCodes, variable) => {
    return classesAt(gather(codesAt(sample, variable), rows, new Uint16Array(rows.length)), ofCodes);
  });
  return frame.pairs.map(({ left, right }) => {
    const counts = new Float64Array(PAIR_CLASSES * PAIR_CLASSES);
    const ofLeft = classes[left] ?? new Uint8Array(0);
    const ofRight = classes[right] ?? new Uint8Array(0);
    for (let place = 0; place < ofLeft.length; place++) {
      const cell = (ofLeft[place] ?? 0) * PAIR_CLASSES + (ofRight[place] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    return counts;
  });
}

/** Means and co-moments of encoded rows; most features of a row are 0, and are skipped. */
function momentsOf(encoded: Float64Array, rows: Uint32Array, width: number) {
  const sums = new Float64Array(width);
  const products = new Float64Array(width * width);
  const places = new Uint16Array(width);
  for (const row of rows) {
    const offset = row * width;
    let present = 0;
    for (let feature = 0; feature < width; feature++) {
      const value = encoded[offset + feature] ?? 0;
      if (value === 0) continue;
      places[present++] = feature;
      sums[feature] = (sums[feature] ?? 0) + value;
      for (let other = 0; other < present; other++) {
        const place = places[other] ?? 0;
        const cell = feature * width + place;
        products[cell] = (products[cell] ?? 0) + value * (encoded[offset + place] ?? 0);
      }
    }
  }
  return centered(rows.length, sums, products);
}

function countOnGrid(values: Float64Array | null, rows: Uint32Array, step: number): number {
  if (!values || step === 0) return 0;
  const stepsPerUnit = perStep(step);
  let count = 0;
  for (const row of rows) if (isOnGrid(values[row] ?? Number.NaN, stepsPerUnit)) count++;
  return count;
}
