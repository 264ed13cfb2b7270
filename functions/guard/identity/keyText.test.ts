import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesToInteger, toBase62 } from "./base62.ts";
import { crc32 } from "./crc32.ts";
import { makeKeyText, parseKeyText } from "./keyText.ts";

const random = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((seed) => ({
  bytes: (length: number) => Uint8Array.from(seed.subarray(0, length)),
}));
const cell = fc.stringMatching(/^[a-z]{2,8}[0-9]{0,2}$/);
const mode = fc.constantFrom("live" as const, "test" as const);

test("every key that is made has one length, and reads back as what it says", () => {
  fc.assert(
    fc.property(cell, mode, random, (name, kind, bytes) => {
      const made = makeKeyText(name, kind, bytes);
      expect(made.text).toHaveLength(`hg_${name}_live_`.length + 8 + 43 + 6);
      expect(parseKeyText(made.text)).toEqual({ ok: true, value: made });
    }),
  );
});

test("one changed character is always noticed", () => {
  fc.assert(
    fc.property(random, fc.nat(200), fc.constantFrom(..."0aZ_-x"), (bytes, at, character) => {
      const { text } = makeKeyText("local", "live", bytes);
      const position = at % text.length;
      if (text[position] === character) return;
      const changed = text.slice(0, position) + character + text.slice(position + 1);
      expect(parseKeyText(changed).ok).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("no other text is taken for a key", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `hg_local_live_${text}`),
      ),
      (text) => {
        expect(parseKeyText(text).ok).toBe(false);
      },
    ),
  );
});

test("checksum and base 62 are the known ones", () => {
  expect(crc32("123456789")).toBe(0xcbf43926);
  expect(toBase62(bytesToInteger(new Uint8Array(32).fill(255)), 43)).toHaveLength(43);
  expect(toBase62(61n + 62n, 3)).toBe("01z");
});
