import fc from "fast-check";
import { expect, it } from "vitest";
import { type Box, groupBoxes, growBox, mergeBoxes, type ScoredBox } from "./box.ts";

const SIZE = { widthPx: 200, heightPx: 150 };
const side = fc.double({ min: 0.5, max: 120, noNaN: true });
const anyBox: fc.Arbitrary<ScoredBox> = fc.record({
  leftPx: fc.double({ min: -50, max: 220, noNaN: true }),
  topPx: fc.double({ min: -50, max: 170, noNaN: true }),
  widthPx: side,
  heightPx: side,
  score: fc.double({ min: 0, max: 1, noNaN: true }),
});

const TINY = 1e-9;
const contains = (outer: Box, inner: Box): boolean =>
  outer.leftPx <= inner.leftPx + TINY &&
  outer.topPx <= inner.topPx + TINY &&
  outer.leftPx + outer.widthPx >= inner.leftPx + inner.widthPx - TINY &&
  outer.topPx + outer.heightPx >= inner.topPx + inner.heightPx - TINY;

it.each([
  ["mergeBoxes", mergeBoxes],
  ["groupBoxes", groupBoxes],
])("leaves nothing uncovered that was found (%s)", (_, combine) => {
  fc.assert(
    fc.property(
      fc.array(anyBox, { maxLength: 25 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (boxes, share) => {
        const combined = combine(boxes, share);
        expect(combined.length).toBeLessThanOrEqual(boxes.length);
        for (const box of boxes) expect(combined.some((whole) => contains(whole, box))).toBe(true);
      },
    ),
  );
});

it("grows a box by a quarter of its sides, and never out of the picture", () => {
  const box = { leftPx: 40, topPx: 40, widthPx: 40, heightPx: 80 };
  expect(growBox(box, 0.25, SIZE)).toEqual({ leftPx: 35, topPx: 30, widthPx: 50, heightPx: 100 });
  fc.assert(
    fc.property(anyBox, (any) => {
      const grown = growBox(any, 0.25, SIZE);
      expect(contains({ leftPx: 0, topPx: 0, ...SIZE }, grown)).toBe(true);
      for (const value of [grown.leftPx, grown.topPx, grown.widthPx, grown.heightPx])
        expect(Number.isInteger(value) && value >= 0).toBe(true);
    }),
  );
});

it("keeps neighbors that touch as two faces, and one face that was seen three times as one", () => {
  const face = { leftPx: 0, topPx: 0, widthPx: 40, heightPx: 40 };
  const seen = [
    { ...face, score: 0.9 },
    { ...face, leftPx: 4, score: 0.6 },
    { ...face, topPx: -6, score: 0.5 },
    { ...face, leftPx: 34, score: 0.8 },
  ];
  expect(groupBoxes(seen, 0.5).map(({ score }) => score)).toEqual([0.9, 0.8]);
});
