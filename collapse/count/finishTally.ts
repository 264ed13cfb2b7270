import { type Aggregate, BUCKETS, PAIR_CLASSES, type Summary } from "../contracts/aggregates.ts";
import { codesOf } from "../contracts/columns.ts";
import { centered } from "./centered.ts";
import { duplicatesOf } from "./digestCounts.ts";
import { encodedSample } from "./keepSample.ts";
import type { Tally } from "./tally.ts";

/** What a tally comes to. The tally is used up: its arrays become the summary's. */
export function finishTally(tally: Tally): Summary {
  const digests = tally.digests.counts();
  const buckets = Array.from({ length: BUCKETS }, (_, bucket): Aggregate => {
    const rows = tally.bucketRows[bucket] ?? 0;
    const ofBucket = digests[bucket] ?? { share: 1, digests: new Float64Array(0), rows: new Float64Array(0) };
    return {
      rows,
      counts: tally.counts.map((counts, variable) => whole(counts, bucket, sizeOf(tally, variable))),
      pairs: tally.pairs.map((pairs) => whole(pairs, bucket, PAIR_CLASSES * PAIR_CLASSES)),
      ...momentsOf(tally, bucket),
      digests: ofBucket,
      duplicates: duplicatesOf(ofBucket, rows),
      onGrid: part(tally.onGrid, bucket, tally.frame.variables.length),
    };
  });
  return { rows: tally.rows, buckets, sample: encodedSample(tally.frame, tally.sample.rows()) };
}

const part = (values: Float64Array, bucket: number, size: number): Float64Array =>
  values.subarray(bucket * size, (bucket + 1) * size);

const whole = (counts: Uint32Array, bucket: number, size: number): Float64Array =>
  new Float64Array(counts.subarray(bucket * size, (bucket + 1) * size));

const sizeOf = ({ frame }: Tally, variable: number): number => {
  const known = frame.variables[variable];
  return known ? codesOf(known).size : 0;
};

function momentsOf(tally: Tally, bucket: number) {
  const { width, dense, encoders } = tally.frame.encoding;
  const sums = new Float64Array(width);
  sums.set(part(tally.sums, bucket, dense));
  const products = part(tally.products, bucket, width * width);
  encoders.forEach((encoder, variable) => {
    const counts = whole(tally.counts[variable] ?? new Uint32Array(0), bucket, sizeOf(tally, variable));
    counts.forEach((rows, code) => {
      const end = encoder.starts[code + 1] ?? 0;
      for (let entry = encoder.starts[code] ?? 0; entry < end; entry++) {
        const feature = encoder.features[entry] ?? 0;
        const weighted = rows * (encoder.values[entry] ?? 0);
        sums[feature] = (sums[feature] ?? 0) + weighted;
        for (let other = encoder.starts[code] ?? 0; other <= entry; other++) {
          const cell = feature * width + (encoder.features[other] ?? 0);
          products[cell] = (products[cell] ?? 0) + weighted * (encoder.values[other] ?? 0);
        }
      }
    });
  });
  return centered(tally.bucketRows[bucket] ?? 0, sums, products);
}
