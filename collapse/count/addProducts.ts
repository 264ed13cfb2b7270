import { BUCKETS, type Encoder } from "../contracts/aggregates.ts";
import { addGram, type ScoreRange } from "./addGram.ts";
import type { CodedBlock } from "./codeBlock.ts";
import type { Tally } from "./tally.ts";

/** A variable whose code becomes features, with the codes of the rows in the order of their buckets. */
interface Coded {
  readonly encoder: Encoder;
  readonly codes: Uint16Array;
}

/**
 * Adds the sums of products of features that come of different variables, of each bucket's rows. Those of one
 * variable's features follow from its counts (`finishTally`).
 */
export function addProducts(tally: Tally, { block, starts, places, codes, scores }: CodedBlock): void {
  const { width, dense, encoders } = tally.frame.encoding;
  const coded = encoders.flatMap((encoder, variable) => {
    const ofRows = codes[variable];
    return encoder.features.length > 0 && ofRows ? [{ encoder, codes: inPlaces(ofRows, places) }] : [];
  });
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const from = starts[bucket] ?? 0;
    const to = starts[bucket + 1] ?? 0;
    if (from === to) continue;
    const range = { scores, rows: block.rows, dense, from, to, width };
    const products = tally.products.subarray(bucket * width * width, (bucket + 1) * width * width);
    addGram(range, products, tally.sums.subarray(bucket * dense, (bucket + 1) * dense));
    if (coded.length > 0) addCoded(range, coded, products);
  }
}

function inPlaces(codes: Uint16Array, places: Uint32Array): Uint16Array {
  const ordered = new Uint16Array(codes.length);
  for (let row = 0; row < codes.length; row++) ordered[places[row] ?? 0] = codes[row] ?? 0;
  return ordered;
}

/**
 * Row by row, of the few features that are not 0: each with the normal scores, and with those of the variables before
 * it, whose places come before its own.
 */
function addCoded(range: ScoreRange, coded: readonly Coded[], products: Float64Array): void {
  const { scores, rows, dense, from, to, width } = range;
  const features = new Uint16Array(width);
  const values = new Float64Array(width);
  const rowScores = new Float64Array(dense);
  for (let place = from; place < to; place++) {
    for (let score = 0; score < dense; score++) rowScores[score] = scores[score * rows + place] ?? 0;
    let present = 0;
    for (const { encoder, codes } of coded) {
      const code = codes[place] ?? 0;
      const before = present;
      const end = encoder.starts[code + 1] ?? 0;
      for (let entry = encoder.starts[code] ?? 0; entry < end; entry++) {
        const value = encoder.values[entry] ?? 0;
        const offset = (encoder.features[entry] ?? 0) * width;
        for (let score = 0; score < dense; score++)
          products[offset + score] = (products[offset + score] ?? 0) + value * (rowScores[score] ?? 0);
        for (let other = 0; other < before; other++) {
          const cell = offset + (features[other] ?? 0);
          products[cell] = (products[cell] ?? 0) + value * (values[other] ?? 0);
        }
        features[present] = encoder.features[entry] ?? 0;
        values[present++] = value;
      }
    }
  }
}
