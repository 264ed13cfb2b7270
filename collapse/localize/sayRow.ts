import type { CopyCounts } from "./countCopies.ts";
import type { WorstRow } from "./flagRows.ts";
import type { Way } from "./rowScores.ts";

/** What a row's sentence is made of. */
interface RowFacts {
  readonly p: number;
  readonly columns: readonly string[];
  readonly copies: CopyCounts | null;
}

/** Why a row is flagged, in one plain sentence that shows no value of it. */
export function sayRow(way: Way, { digest }: WorstRow, { p, columns, copies }: RowFacts): string {
  const rare = `at most ${percent(p)} of real rows`;
  const named = columns.map((name) => `\`${name}\``).join(", ");
  switch (way) {
    case "copies": {
      const rows = copies?.inCandidate(digest) ?? 0;
      const expected = copies?.expected(digest) ?? 0;
      return `${rows} rows are the same in every column; of as many real rows ${expected < 0.5 ? "none would be" : `about ${Math.round(expected)} would`}.`;
    }
    case "crowding":
      return `Rows crowd about it, nearly the same as it: ${rare} have so much more of the candidate than of the reference near them.`;
    case "shrinkage":
      return `It lies nearer to the middle than real rows do, in all columns together${named === "" ? "" : `, ${named} above all`}: ${rare} are as near.`;
    case "joint":
      return `Its values do not go together${named === "" ? "" : `, ${named} least`}: ${rare} are as odd.`;
    case "discriminator":
      return `It is such a row as the candidate has and the reference hardly has${named === "" ? "" : `, by ${named} above all`}: ${rare} look as much like it.`;
  }
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
