import { type Random, shuffledIndices } from "../numerics/random.ts";
import type { Documents } from "./documents.ts";

/** A part of a document: words from `from` up to `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Gives sets of documents of exactly as many words, group by group in random order; the last one is cut. */
export interface DocumentDrawer {
  /** The next sets of one order, without a document in common. */
  draw(budgets: readonly number[]): readonly (readonly Span[])[];
}

/** Draws from the documents at the given places. */
export function documentDrawer(documents: Documents, places: Uint32Array, random: Random): DocumentDrawer {
  const byGroup = new Map<number, number[]>();
  for (const place of places) {
    const group = documents.groups[place] ?? 0;
    const members = byGroup.get(group);
    if (members) members.push(place);
    else byGroup.set(group, [place]);
  }
  const groups = [...byGroup.values()];
  return {
    draw: (budgets) => {
      const order = shuffledIndices(groups.length, random);
      let next = 0;
      return budgets.map((budget) => {
        const spans: Span[] = [];
        let left = budget;
        for (; next < order.length && left > 0; next++)
          for (const place of groups[order[next] ?? 0] ?? []) {
            const from = documents.starts[place] ?? 0;
            const to = Math.min(documents.starts[place + 1] ?? 0, from + left);
            if (to <= from) continue;
            spans.push({ from, to });
            left -= to - from;
          }
        return spans;
      });
    },
  };
}

/** The words of the documents at the given places. */
export function tokensOf(documents: Documents, places: Uint32Array): number {
  let sum = 0;
  for (const place of places) sum += (documents.starts[place + 1] ?? 0) - (documents.starts[place] ?? 0);
  return sum;
}

/** The places of all documents. */
export const allPlaces = ({ count }: Documents): Uint32Array =>
  Uint32Array.from({ length: count }, (_, place) => place);
