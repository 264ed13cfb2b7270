import { spectrumOf } from "../dimensions/linear.ts";
import { mixed } from "../numerics/random.ts";
import type { Documents } from "./documents.ts";
import type { Span } from "./drawDocuments.ts";
import { pairHash } from "./wordHash.ts";

/** Directions that the variety of documents is measured in. */
const AXES = 24;

/** Documents as vectors. */
export interface Axes {
  /** Place of the document that a word stands in. */
  documentAt(word: number): number;
  /** documents × AXES, each of length 1. */
  readonly values: Float64Array;
}

/** Each document as a vector of length 1: signed sums of its hashed words and pairs. */
export function documentAxes({ words, starts, count }: Documents): Axes {
  const values = new Float64Array(count * AXES);
  const places = new Map<number, number>();
  for (let document = 0; document < count; document++) {
    const from = starts[document] ?? 0;
    places.set(from, document);
    const vector = values.subarray(document * AXES, (document + 1) * AXES);
    for (let at = from; at < (starts[document + 1] ?? 0); at++) {
      addSigned(words[at] ?? 0, vector);
      if (at > from) addSigned(pairHash(words[at - 1] ?? 0, words[at] ?? 0), vector);
    }
    const length = Math.hypot(...vector);
    for (let axis = 0; axis < AXES; axis++) vector[axis] = length > 0 ? (vector[axis] ?? 0) / length : 0;
  }
  return { documentAt: (word) => places.get(word) ?? -1, values };
}

function addSigned(gram: number, vector: Float64Array): void {
  const hash = mixed(gram ^ 0x27d4eb2f);
  const axis = (hash >>> 1) % AXES;
  vector[axis] = (vector[axis] ?? 0) + (hash & 1 ? 1 : -1);
}

/**
 * exp(entropy of the eigenvalues of the similarities of the documents that some spans begin) (Friedman and Dieng 2023);
 * these eigenvalues are those of the axes' second moments.
 */
export function vendiScore(spans: readonly Span[], { documentAt, values }: Axes): number {
  const moments = new Float64Array(AXES * AXES);
  for (const { from } of spans) {
    const offset = documentAt(from) * AXES;
    for (let a = 0; a < AXES; a++) {
      const value = values[offset + a] ?? 0;
      for (let b = 0; b <= a; b++)
        moments[a * AXES + b] = (moments[a * AXES + b] ?? 0) + value * (values[offset + b] ?? 0);
    }
  }
  for (let a = 0; a < AXES; a++)
    for (let b = 0; b <= a; b++) {
      const moment = (moments[a * AXES + b] ?? 0) / Math.max(1, spans.length);
      moments[a * AXES + b] = moment;
      moments[b * AXES + a] = moment;
    }
  let entropy = 0;
  for (const value of spectrumOf(moments, AXES).values) if (value > 0) entropy -= value * Math.log(value);
  return Math.exp(entropy);
}
