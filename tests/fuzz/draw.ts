import fc from "fast-check";

/** Choices of one seeded run of the fuzzer. */
export interface Draw {
  pick<Item>(items: readonly Item[]): Item;
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  text(): string;
  bytes(): Uint8Array;
}

/** Makes so many things by drawing; the same seed makes the same ones. */
export function drawMany<Made>(seed: number, count: number, make: (draw: Draw) => Made): Made[] {
  const made = fc.gen().map((generate) =>
    make({
      pick: (items) => generate(fc.constantFrom, ...items),
      below: (limit) => generate(fc.nat, limit - 1),
      text: () => generate(fc.string, { unit: "binary" as const, maxLength: 40 }),
      bytes: () => generate(fc.uint8Array, { minLength: 1, maxLength: 40 }),
    }),
  );
  return fc.sample(made, { seed, numRuns: count });
}
