import type { RowMethod, RowsReport } from "../../contracts/rows.ts";
import { shownCount } from "./shownNumber.ts";

/** What the flagged rows have in common. */
const METHOD_WORDS = {
  duplicates: "they repeat other rows, beyond what real rows do",
  concentration: "they crowd where real rows do not",
  joint: "their values do not go together as those of real rows do",
  discriminator: "they can be told from real rows",
} as const satisfies Record<RowMethod, string>;

/** What was found of rows, in a sentence or two. */
export function rowsSentence(rows: RowsReport, ofRows: number): string {
  if (rows.found === "regions")
    return "No single row can be told from real ones, but these parts of the candidate hold more than their share:";
  if (rows.found !== "rows") return rows.because;
  const share = ofRows === 0 ? 0 : (100 * rows.flagged) / ofRows;
  const many = `${shownCount(rows.flagged)} of ${shownCount(ofRows)} rows (${share < 0.1 ? "less than 0.1" : share.toFixed(1)} %)`;
  return `${many} are flagged: ${METHOD_WORDS[rows.method]}. About ${Math.round(100 * rows.fdr)} % of them, at most, are expected to be like real rows.`;
}
