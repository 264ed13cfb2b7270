import type { ProblemPointer } from "../../functions/contracts/problems.ts";
import type { ToldProblem } from "./errorShape.ts";

/** Places that one message names; a batch may have thousands. */
const PLACES_MAX = 5;

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/**
 * A problem in one string, for protocols that have room for no more: what is wrong, where (`place` writes a
 * pointer as the protocol does), and what to do about it.
 */
export function problemMessage(
  { problem, definition, detail }: ToldProblem,
  place: (pointer: string) => string,
): string {
  const { errors = [] } = problem;
  const named = errors.slice(0, PLACES_MAX).map((error) => placed(error, place));
  const more = errors.length - named.length;
  return [sentence(detail), ...named, ...(more > 0 ? [`There are ${more} more.`] : []), definition.fix].join(
    " ",
  );
}

const placed = ({ pointer, detail }: ProblemPointer, place: (pointer: string) => string): string =>
  sentence(pointer === "" ? detail : `${place(pointer)}: ${detail}`);
