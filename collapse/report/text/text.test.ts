import fc from "fast-check";
import { expect, test } from "vitest";
import { readChannel } from "./readChannel.ts";
import { shownChance, shownCount, shownNumber } from "./shownNumber.ts";
import { shownText } from "./shownText.ts";

test("a name is shown as it is, save what would move a cursor or turn a line", () => {
  expect(shownText("größe שלום 大きさ", 40)).toBe("größe שלום 大きさ");
  expect(shownText("a\u001b[2J\u202eb\r\n\ud800", 40)).toBe("a\ufffd[2J\ufffdb\ufffd\ufffd\ufffd");
});

test("a long name keeps both its ends", () => {
  expect(shownText("abcdefghij", 5)).toBe("ab…ij");
  expect(shownText(`start${"x".repeat(1e6)}end`, 9)).toBe("star…xend");
});

test("no text is longer than its limit, and none is broken inside a character", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.integer({ min: 3, max: 30 }),
      (text, limit) => {
        const shown = shownText(text, limit);
        expect([...shown].length).toBeLessThanOrEqual(limit);
        expect(shown.isWellFormed()).toBe(true);
      },
    ),
  );
});

test("numbers are shown in three digits, and what is none as a dash", () => {
  const shown = [0, -0, 0.0123456, 4.5678, 1234.5, -98_765, 2.13e-7, 5e12, Number.NaN, Infinity].map(
    shownNumber,
  );
  expect(shown).toEqual(["0", "0", "0.0123", "4.57", "1,235", "-98,765", "2.1e-7", "5.0e12", "–", "–"]);
  expect([shownCount(1_048_576), shownCount(999), shownChance(0.0004)]).toEqual([
    "1,048,576",
    "999",
    "< 0.001",
  ]);
});

test("an interval is over its margin, within it, across it, or of a null too wide to say", () => {
  const channel = { channel: "mean", subject: null, value: 1, null_high: 1, margin: 1.1, rows_needed: null };
  const read = (low: number, high: number, eligible = true) =>
    readChannel({ ...channel, low, high, eligible });
  expect([read(1.2, 1.4), read(0.9, 1.05), read(1, 1.2), read(1.2, 1.4, false)]).toEqual([
    "over",
    "under",
    "across",
    "not_resolvable",
  ]);
});
