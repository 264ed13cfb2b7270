import type { Report } from "../../contracts/report.ts";
import { rowsSentence } from "../text/rowsSentence.ts";
import { shownCount } from "../text/shownNumber.ts";
import type { Paint } from "./paint.ts";
import { heading, item } from "./verdictLines.ts";

const ROWS_SHOWN = 5;
const REGIONS_SHOWN = 5;
/** From none to the fullest part of the file. */
const SHADES = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const LABEL = "  in the file  ";

/** Which rows do it, where they lie in the file, and why; or why nobody can say. */
export function rowLines({ rows, data }: Report, cells: number, paint: Paint): string[] {
  if (rows === null) return [];
  const head = [
    ...heading("Rows", cells, paint),
    ...item("  ", rowsSentence(rows, data.candidate.rows), cells),
  ];
  if (rows.found === "regions") {
    const more = rows.regions.length - REGIONS_SHOWN;
    const items = rows.regions.slice(0, REGIONS_SHOWN).flatMap(({ says }) => item("  - ", says, cells));
    return [...head, ...items, ...(more > 0 ? item("  ", `and ${more} more: --json shows them`, cells) : [])];
  }
  if (rows.found !== "rows") return head;
  const more = rows.flagged - ROWS_SHOWN;
  return [
    ...head,
    `${LABEL}│${mapBar(rows.map, Math.min(rows.map.length, cells - LABEL.length - 2))}│`,
    ...rows.items
      .slice(0, ROWS_SHOWN)
      .flatMap(({ row, reason }) => item(`  row ${shownCount(row)}  `, reason, cells)),
    ...(more > 0
      ? item("  ", `and ${shownCount(more)} more: --json has the worst ${rows.items.length}`, cells)
      : []),
  ];
}

/** Parts of the file as bars, the fullest part's the highest; of parts that share a cell the fuller. */
function mapBar(map: readonly number[], cells: number): string {
  const most = Math.max(1, ...map);
  return Array.from({ length: cells }, (_, cell) => {
    const from = Math.floor((cell * map.length) / cells);
    const to = Math.max(from + 1, Math.floor(((cell + 1) * map.length) / cells));
    const fullest = Math.max(0, ...map.slice(from, to));
    return SHADES[Math.ceil((fullest / most) * (SHADES.length - 1))] ?? " ";
  }).join("");
}
