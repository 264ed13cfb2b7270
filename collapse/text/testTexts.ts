import { type Random, seededRandom } from "../numerics/random.ts";
import { type Documents, groupHash, keepDocuments } from "./documents.ts";
import { wordsOf } from "./wordsOf.ts";

const WORDS = 1_500;
const SUCCESSORS = 6;

/** @testOnly Documents of one source: each word has few usual successors, and words are as unequal as Zipf's. */
export function sourceTexts(count: number, seed: number, words = 30): string[] {
  const random = seededRandom(seed, "source");
  const rare = (): number => Math.floor(WORDS ** random.next()) - 1;
  return Array.from({ length: count }, () => {
    let word = rare();
    const said = Array.from({ length: words }, () => {
      const successor = (word * 7 + random.whole(SUCCESSORS) * 31 + 5) % WORDS;
      word = random.next() < 0.6 ? successor : rare();
      return `w${word}`;
    });
    return `${said.join(" ")}.`;
  });
}

/** @testOnly Documents of as many words, each word drawn from what followed the one before; again and again. */
export function redrawnTexts(texts: readonly string[], generations: number, seed: number): string[] {
  const random = seededRandom(seed, "redrawn");
  let all = texts.map((text) => text.split(" "));
  for (let generation = 0; generation < generations; generation++) all = redraw(all, random);
  return all.map((words) => words.join(" "));
}

function redraw(texts: readonly string[][], random: Random): string[][] {
  const flat = texts.flat();
  const followers = new Map<string, string[]>();
  flat.forEach((word, at) => {
    const next = flat[(at + 1) % flat.length] ?? "";
    const some = followers.get(word);
    if (some) some.push(next);
    else followers.set(word, [next]);
  });
  let word = flat[random.whole(flat.length)] ?? "";
  return texts.map((text) =>
    text.map(() => {
      const some = followers.get(word) ?? [];
      word = some[random.whole(some.length)] ?? "";
      return word;
    }),
  );
}

/** @testOnly */
export function documentsOf(texts: readonly string[]): Documents {
  const keeper = keepDocuments();
  for (const text of texts) {
    const { words } = wordsOf(text);
    keeper.add(words, groupHash(words, null), 0);
  }
  return keeper.documents();
}
