import fc from "fast-check";

/** Choices of one seeded run of the fuzzer. */
export interface Draw {
  pick<Item>(items: readonly Item[]): Item;
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  text(): string;
  bytes(): Uint8Array;
}

/** Any UTF-16, halves of characters and controls included. */
const TEXTS = fc.uint16Array({ maxLength: 40 }).map((units) => String.fromCharCode(...units));
const RUNS = fc.uint8Array({ minLength: 1, maxLength: 40 });
/** Texts and byte runs of one seed, of which each draw takes one. */
const POOL = 200;

/** Makes so many things by drawing; the same seed makes the same ones. */
export function drawMany<Made>(seed: number, count: number, make: (draw: Draw) => Made): Made[] {
  const pool = { seed, numRuns: POOL };
  const texts = fc.sample(TEXTS, pool);
  const runs = fc.sample(RUNS, pool);
  const numbers = fc.infiniteStream(fc.nat());
  return fc.sample(numbers, { seed, numRuns: count }).map((stream) => {
    const below = (limit: number): number => Number(stream.next().value) % limit;
    const pick = <Item>(items: readonly Item[]): Item => {
      const [item] = items.slice(below(items.length));
      if (item === undefined) throw new Error("There is nothing to pick from.");
      return item;
    };
    return make({ below, pick, text: () => pick(texts), bytes: () => pick(runs) });
  });
}
