import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentOf } from "./contentOf.ts";
import { diffEdit } from "./diffEdit.ts";
import { wilsonInterval } from "./wilsonInterval.ts";

describe("Wilson's interval", () => {
  it.each([
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("of %i in %i is %f to %f", (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  it("holds the share and stays between 0 and 1; without trials there is none", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 10_000 }), (some, trials) => {
        const successes = Math.min(some, trials);
        const { low, high } = wilsonInterval(successes, trials) ?? { low: 2, high: -1 };
        const share = successes / trials;
        expect(low >= 0 && low <= share + 1e-12 && share <= high + 1e-12 && high <= 1).toBe(true);
      }),
    );
    expect(wilsonInterval(0, 0)).toBeNull();
  });
});

describe("an edit", () => {
  it("is kept as a unified difference of text, and of JSON whatever the order of its members", () => {
    expect(diffEdit("one\ntwo\n", "one\n2\n")).toBe(
      "--- before\n+++ after\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n",
    );
    const changed = diffEdit({ b: 1, a: [1, 2] }, { a: [1, 3], b: 1 });
    expect(changed?.split("\n").filter((line) => /^[+-] /.test(line))).toEqual(["-    2", "+    3"]);
  });

  it("of two artefacts that share nothing has no difference worth its time", () => {
    const lines = (word: string) => Array.from({ length: 5000 }, (_, line) => `${word}${line}`).join("\n");
    expect(diffEdit(lines("a"), lines("b"))).toBeNull();
  });
});

describe("the digest of content", () => {
  const secret = "A".repeat(43);
  const rating = { type: "rating", inference_id: "inf_1", rating: 3 } as const;
  const of = (organization: string, request: Parameters<typeof contentOf>[1]) =>
    contentOf(organization, request, secret);

  it("is equal for equal content at any time, and tells organization, link, type and content apart", async () => {
    const same = [
      await of("a", rating),
      await of("a", {
        rating: 3,
        inference_id: "inf_1",
        type: "rating",
        occurred_at: "2026-01-01T00:00:00Z",
      }),
    ];
    const others = [
      await of("b", rating),
      await of("a", { ...rating, inference_id: "inf_2" }),
      await of("a", { ...rating, rating: 4 }),
      await of("a", { ...rating, comment: "c" }),
      await of("a", { type: "thumbs", inference_id: "inf_1", thumbs: "up" }),
      await contentOf("a", rating, "B".repeat(43)),
    ];
    expect(new Set(same).size).toBe(1);
    expect(new Set([...same, ...others]).size).toBe(1 + others.length);
  });
});
