import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { stableJson } from "../../contracts/stableJson.ts";

/** Changed lines beyond which a difference says no more than both sides do, and costs more than it is worth. */
const CHANGED_LINES_MAX = 1000;

const linesOf = (artefact: unknown): string =>
  typeof artefact === "string" ? artefact : `${stableJson(artefact, 2)}\n`;

/**
 * The unified difference between two artefacts, lines of text or of JSON with its members in order (format of
 * GNU diff -u); null where they have too little in common.
 */
export function diffEdit(before: unknown, after: unknown): string | null {
  const options = { maxEditLength: CHANGED_LINES_MAX, headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch("before", "after", linesOf(before), linesOf(after), "", "", options) ?? null;
}
