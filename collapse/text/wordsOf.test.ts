import fc from "fast-check";
import { expect, test } from "vitest";
import { wordsOf } from "./wordsOf.ts";

const countOf = (text: string): number => wordsOf(text).words.length;

test("letters and digits in a row are a word, and every other sign stands for itself", () => {
  expect(countOf("Don't panic, 42 times!")).toBe(6);
  expect(countOf("rock 'n' roll")).toBe(5);
  expect(countOf("  \n\t ")).toBe(0);
  expect(countOf("naïve Straße")).toBe(2);
});

test("scripts that write no space between words are read sign by sign", () => {
  expect(countOf("日本語です")).toBe(5);
  expect(countOf("good 👍")).toBe(2);
});

test("capitals and white space make no difference", () => {
  const { words, ...rest } = wordsOf("The  Cat\nsat. On it!");
  const other = wordsOf("the cat sat. on it!");
  expect([...words]).toEqual([...other.words]);
  expect(rest.plain).toBe(other.plain);
});

test("marks, digits and sentences are counted", () => {
  const { marks, digits, sentences, characters } = wordsOf("It costs 120 $. Really?! Yes");
  expect({ marks, digits, sentences, characters }).toEqual({
    marks: 4,
    digits: 3,
    sentences: 3,
    characters: 23,
  });
});

test("no text breaks it, and no word is made of nothing", () => {
  fc.assert(
    fc.property(fc.uint16Array({ maxLength: 40 }), (units) => {
      const text = String.fromCharCode(...units);
      const { words, characters } = wordsOf(text);
      expect(words.length).toBeLessThanOrEqual(characters);
    }),
    { numRuns: 300 },
  );
});
