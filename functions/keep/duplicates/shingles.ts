/** Characters of a shingle: long enough to hold an order of letters, short enough that a typo spoils only four. */
const SHINGLE_CHARACTERS = 4;

/**
 * The set of a normalized text's shingles: all runs of four characters, one space before and after it, so
 * that its first and last letters count like any other. Words would be too coarse: an instruction has five.
 */
export function shinglesOf(normalized: string): Set<string> {
  const characters = Array.from(` ${normalized} `);
  const last = Math.max(0, characters.length - SHINGLE_CHARACTERS);
  return new Set(
    Array.from({ length: last + 1 }, (_, start) =>
      characters.slice(start, start + SHINGLE_CHARACTERS).join(""),
    ),
  );
}
