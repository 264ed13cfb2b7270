import { BUCKETS, type Encoder } from "../contracts/aggregates.ts";
import { addGram } from "./addGram.ts";
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
export function addProducts(tally: Tally, { block, starts, codes, scores }: CodedBlock): void {
  const { width, dense, encoders } = tally.frame.encoding;
  const coded = encoders.flatMap((encoder, variable) => {
    const ofPlaces = codes[variable];
    return encoder.features.length > 0 && ofPlaces ? [{ encoder, codes: ofPlaces }] : [];
  });
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const from = starts[bucket] ?? 0;
    const to = starts[bucket + 1] ?? 0;
    if (from === to) continue;
    const products = tally.products.subarray(bucket * width * width, (bucket + 1) * width * width);
    addGram(
      { scores, rows: block.rows, dense, from, to, width },
      products,
      tally.sums.subarray(bucket * dense),
    );
    coded.forEach((one, index) => {
      for (let feature = 0; feature < dense; feature++)
        addWithScores(products, width, one, scores.subarray(feature * block.rows), feature, from, to);
      for (let other = 0; other < index; other++)
        addWithCodes(products, width, one, coded[other] ?? one, from, to);
    });
  }
}

function addWithScores(
  products: Float64Array,
  width: number,
  { encoder, codes }: Coded,
  scores: Float64Array,
  feature: number,
  from: number,
  to: number,
): void {
  const { starts, features, values } = encoder;
  for (let row = from; row < to; row++) {
    const code = codes[row] ?? 0;
    const end = starts[code + 1] ?? 0;
    for (let entry = starts[code] ?? 0; entry < end; entry++) {
      const cell = (features[entry] ?? 0) * width + feature;
      products[cell] = (products[cell] ?? 0) + (values[entry] ?? 0) * (scores[row] ?? 0);
    }
  }
}

/** Of a variable with those of a variable before it, whose features come before its own. */
function addWithCodes(
  products: Float64Array,
  width: number,
  { encoder, codes }: Coded,
  before: Coded,
  from: number,
  to: number,
): void {
  const { starts, features, values } = before.encoder;
  for (let row = from; row < to; row++) {
    const code = codes[row] ?? 0;
    const codeBefore = before.codes[row] ?? 0;
    const end = encoder.starts[code + 1] ?? 0;
    const endBefore = starts[codeBefore + 1] ?? 0;
    for (let entry = encoder.starts[code] ?? 0; entry < end; entry++) {
      const offset = (encoder.features[entry] ?? 0) * width;
      const value = encoder.values[entry] ?? 0;
      for (let other = starts[codeBefore] ?? 0; other < endBefore; other++) {
        const cell = offset + (features[other] ?? 0);
        products[cell] = (products[cell] ?? 0) + value * (values[other] ?? 0);
      }
    }
  }
}
