import fc from "fast-check";
import { expect, test } from "vitest";
import type { HarmResult } from "./contracts/harm.ts";
import { channelOf, unknownChannel } from "./harm/channelOf.ts";
import { scaleMargins } from "./scaleMargins.ts";

const MARGIN = 0.1;
const measured = (spread: number, trainedRows: number, margin: number) =>
  channelOf({
    purpose: "predictive",
    channel: "mean",
    subject: null,
    margin,
    null: [-spread, 0, spread],
    candidate: [0.04, 0.05, 0.06],
    trainedRows,
  });
const harmOf = (channel: HarmResult["channels"][number], trainedRows: number): HarmResult => ({
  channels: [channel],
  copies: { ofCandidate: 0, ofReference: 0 },
  trainedRows,
  testedRows: 1_000,
});

test("a channel of a scaled margin is the one that this margin would have measured", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 50 }),
      (thousandths, rows, tenths) => {
        const [spread, times] = [thousandths / 1_000, tenths / 10];
        const [scaled] = scaleMargins(harmOf(measured(spread, rows, MARGIN), rows), times).channels;
        const asked = measured(spread, rows, MARGIN * times);
        expect(scaled?.eligible).toBe(asked.eligible);
        expect(scaled?.margin).toBe(asked.margin);
        expect(scaled?.rowsNeeded === null).toBe(asked.rowsNeeded === null);
      },
    ),
  );
});

test("what could not be measured is not decided by a wider margin", () => {
  const unknown = unknownChannel("generative", "tree_nats", 0.05, 1);
  expect(scaleMargins(harmOf(unknown, 9_000), 100).channels).toEqual([{ ...unknown, margin: 5 }]);
});
