import { expect, test } from "vitest";
import { compressedBits } from "./compressedBits.ts";
import { DOCUMENT_AXES, DOCUMENT_NUMBERS, describeDocument } from "./describeDocument.ts";
import { learn, startDictionary } from "./dictionary.ts";
import { seenTable } from "./seenTable.ts";
import { wordsOf } from "./wordsOf.ts";

const dictionary = startDictionary();
for (const text of ["the cat sat on the mat.", "the dog sat on a log.", "a cat and a dog."])
  learn(dictionary, wordsOf(text));

function numbersOf(text: string): Readonly<Record<string, number>> {
  const into = new Float64Array(DOCUMENT_NUMBERS.length + DOCUMENT_AXES);
  describeDocument(wordsOf(text), dictionary, DOCUMENT_AXES, into, 0);
  return Object.fromEntries(DOCUMENT_NUMBERS.map((name, index) => [name, into[index] ?? Number.NaN]));
}

test("words are told apart by how often the reference has them", () => {
  const numbers = numbersOf("the cat mat zebra");
  expect(numbers["words that the reference has not"]).toBe(1 / 4);
  expect(numbers["words that stand once in the reference"]).toBe(1 / 4);
  expect(numbersOf("zebra zebra zebra")["words that the reference has not"]).toBe(1);
});

test("what follows in the reference is more probable than what does not", () => {
  const usual = numbersOf("the cat sat on the mat")["log probability by the reference"] ?? 0;
  expect(usual).toBeGreaterThan(numbersOf("mat the on sat cat the")["log probability by the reference"] ?? 0);
});

test("a text that repeats itself has repeated runs, fewer different words and fewer bits", () => {
  const varied = numbersOf(Array.from({ length: 60 }, (_, word) => `word${word}`).join(" "));
  const repeated = numbersOf(Array.from({ length: 60 }, (_, word) => `word${word % 5}`).join(" "));
  expect(varied["repeated runs of 4 words"]).toBe(0);
  expect(repeated["repeated runs of 4 words"]).toBeCloseTo(52 / 57, 12);
  expect(repeated["different words in 100"]).toBeCloseTo(5 / 60, 12);
  expect(repeated["bits per character"]).toBeLessThan(varied["bits per character"] ?? 0);
});

test("bits per character are those of the parse into phrases: a, b, ab, aba", () => {
  expect(compressedBits("abababa", seenTable(64))).toBeCloseTo((4 * Math.log2(4)) / 7, 12);
});

test("a document without words has no numbers, and one of a word has those that it can", () => {
  expect(Object.values(numbersOf(" ")).every(Number.isNaN)).toBe(true);
  expect(numbersOf("cat")["log tokens"]).toBe(0);
  expect(numbersOf("cat")["log probability by the reference"]).toBeNaN();
});
