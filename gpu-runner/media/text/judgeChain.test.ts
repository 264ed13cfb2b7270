import { expect, it } from "vitest";
import { judgeChain } from "./judgeChain.ts";
import type { Letter } from "./letters.ts";

const STEP_PX = 20;

/** Letters of one line, as printed; `spoil` says what is wrong with each. */
const line = (count: number, spoil: (index: number) => Partial<Letter> = () => ({})): Letter[] =>
  Array.from({ length: count }, (_, index) => {
    const letter = {
      left: index * STEP_PX,
      top: 10,
      right: index * STEP_PX + 14,
      bottom: 34,
      width: 14,
      height: 24,
      stroke: 3,
      contrast: 90,
      brightness: 20,
    };
    return { ...letter, ...spoil(index) };
  });

it.each([
  ["is even", line(6), "text"],
  ["is as short as three letters", line(3), "doubtful"],
  ["is in weak ink", line(6, () => ({ contrast: 30 })), "doubtful"],
  ["has strokes that differ a little", line(6, (index) => ({ stroke: index % 2 ? 3 : 4.4 })), "doubtful"],
  ["has strokes that differ", line(6, (index) => ({ stroke: index % 2 ? 2 : 5 })), "none"],
  ["has heights that differ", line(6, (index) => ({ height: index % 2 ? 10 : 30 })), "none"],
  [
    "dances at both edges",
    line(6, (index) => ({ top: 10 + (index % 3) * 9, bottom: 34 + ((index * 2) % 3) * 9 })),
    "none",
  ],
  ["climbs steeply", line(6, (index) => ({ top: 10 - index * 12, bottom: 34 - index * 12 })), "none"],
  ["lies above itself", line(6, (index) => ({ left: index * 4, right: index * 4 + 14 })), "none"],
  ["is hardly there", line(6, (index) => ({ left: index * 60, right: index * 60 + 14 })), "none"],
  ["has two letters", line(2), "none"],
] as const)("takes a row that %s for what it is", (_, chain, verdict) => {
  expect(judgeChain(chain)).toBe(verdict);
});
