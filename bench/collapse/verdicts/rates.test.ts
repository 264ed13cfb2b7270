import { expect, it } from "vitest";
import { clopperPearson } from "./clopperPearson.ts";
import { type Outcome, rateOf } from "./rates.ts";

it.each([
  [2, 149, 0],
  [2, 236, 1],
  [2, 313, 2],
  [2, 386, 3],
  [2, 845, 10],
  [5, 59, 0],
  [5, 153, 3],
])(
  "proves a rate under %d %% one-sidedly with %d cases and %d hits, and not with one case less",
  (percent, cases, hits) => {
    expect(clopperPearson(hits, cases, 0.9).high).toBeLessThan(percent / 100);
    expect(clopperPearson(hits, cases - 1, 0.9).high).toBeGreaterThan(percent / 100);
  },
);

it("bounds a rate exactly: closed forms at no hits and at nothing but hits", () => {
  expect(clopperPearson(0, 10, 0.95)).toEqual({ low: 0, high: expect.closeTo(1 - 0.025 ** 0.1, 12) });
  expect(clopperPearson(10, 10, 0.95)).toEqual({ low: expect.closeTo(0.025 ** 0.1, 12), high: 1 });
  const { low, high } = clopperPearson(3, 20, 0.95);
  expect([low, high]).toEqual([expect.closeTo(0.03207, 4), expect.closeTo(0.37893, 4)]);
});

it("counts hits, names the worst family, and widens the interval where a data set fails as one", () => {
  const outcome = (dataset: string, family: string, verdict: Outcome["verdict"]): Outcome => ({
    dataset,
    family,
    size: 1000,
    label: "healthy",
    verdict,
  });
  const outcomes = [0, 1, 2, 3].flatMap((set) =>
    Array.from({ length: 30 }, (_, at) =>
      outcome(`set ${set}`, at < 10 ? "copula" : "noise", set === 0 && at < 20 ? "collapsed" : "healthy"),
    ),
  );
  const rate = rateOf(outcomes, ({ verdict }) => verdict === "collapsed");
  expect(rate).toMatchObject({ hits: 20, cases: 120, worst: { family: "copula", hits: 10, cases: 40 } });
  // Three of four draws the bad set: 4.7 %; all four: 0.4 %.
  expect(rate.clustered).toEqual({ low: 0, high: 0.5 });
  expect(rate.clustered?.high).toBeGreaterThan(rate.exact.high);
  expect(rateOf([], () => true)).toMatchObject({ hits: 0, cases: 0, clustered: null, worst: null });
});
