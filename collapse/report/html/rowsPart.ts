import type { Report } from "../../contracts/report.ts";
import type { RowsReport } from "../../contracts/rows.ts";
import { joinSome } from "../text/joinSome.ts";
import { rowsSentence } from "../text/rowsSentence.ts";
import { shownCount, shownNumber } from "../text/shownNumber.ts";
import { SHOWN } from "../text/shownText.ts";
import { type Markup, markup } from "./markup.ts";
import { prose } from "./prose.ts";

const ROWS_SHOWN = 50;
const COLUMNS_SHOWN = 3;
const PART_WIDTH = 6;
const MAP_HEIGHT = 48;

type FlaggedRows = Extract<RowsReport, { found: "rows" }>;
type Regions = Extract<RowsReport, { found: "regions" }>;

/** Which rows do it, where they lie in the file, and why; or why nobody can say. */
export function rowsPart({ rows, data }: Report): Markup {
  if (rows === null) return markup``;
  return markup`<h2>Rows</h2>
<p>${prose(rowsSentence(rows, data.candidate.rows))}</p>
${rows.found === "rows" ? flaggedPart(rows, data.candidate.rows) : markup``}${rows.found === "regions" ? regionsPart(rows) : markup``}`;
}

function flaggedPart({ flagged, items, map }: FlaggedRows, ofRows: number): Markup {
  const shown = items.slice(0, ROWS_SHOWN);
  const caption =
    shown.length < flagged
      ? `The worst ${shownCount(shown.length)} of ${shownCount(flagged)}; the first row of the candidate is row 0.`
      : "All of them, the worst first; the first row of the candidate is row 0.";
  return markup`${drawMap(map, ofRows)}
<div class="scroll" tabindex="0" role="region" aria-label="Flagged rows"><table>
<caption>${caption}</caption>
<thead><tr><th scope="col" class="number">row</th><th scope="col">why</th><th scope="col">columns</th><th scope="col" class="number">p</th></tr></thead>
<tbody>
${shown.map(rowOf)}
</tbody></table></div>`;
}

const rowOf = ({ row, reason, columns, p }: FlaggedRows["items"][number]): Markup =>
  markup`<tr><td class="number">${shownCount(row)}</td><td>${prose(reason)}</td><td><bdi>${columns.length === 0 ? "–" : joinSome(columns, COLUMNS_SHOWN, SHOWN.name)}</bdi></td><td class="number">${shownNumber(p)}</td></tr>`;

/** Bars along the file, one per part of it: the fullest part's is the highest. */
function drawMap(map: readonly number[], ofRows: number): Markup {
  const most = Math.max(1, ...map);
  const width = map.length * PART_WIDTH;
  const fullest = map.indexOf(Math.max(...map));
  const from = Math.floor((fullest * ofRows) / map.length);
  const title =
    `Where in the candidate the flagged rows lie, in ${map.length} parts of equal length: the most, ` +
    `${shownCount(map[fullest] ?? 0)}, from row ${shownCount(from)} on.`;
  const bars = map.map((rows, part) => {
    const height = rows === 0 ? 0 : Math.max(2, Math.round((rows / most) * MAP_HEIGHT));
    return markup`<rect class="full" x="${part * PART_WIDTH}" y="${MAP_HEIGHT - height}" width="${PART_WIDTH - 1}" height="${height}"/>`;
  });
  return markup`<svg viewBox="0 0 ${width} ${MAP_HEIGHT + 18}" role="img"><title>${title}</title>
${bars}<line class="axis" x1="0" y1="${MAP_HEIGHT}" x2="${width}" y2="${MAP_HEIGHT}"/>
<text x="0" y="${MAP_HEIGHT + 14}">row 0</text><text x="${width}" y="${MAP_HEIGHT + 14}" text-anchor="end">row ${shownCount(Math.max(0, ofRows - 1))}</text></svg>`;
}

function regionsPart({ regions }: Regions): Markup {
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Regions"><table>
<caption>The lower bound of each lift is above 1.5, with all places counted that were looked at.</caption>
<thead><tr><th scope="col">where</th><th scope="col" class="number">rows</th><th scope="col" class="number">times as many</th></tr></thead>
<tbody>
${regions.map(({ says, rows, lift }) => markup`<tr><td>${prose(says)}</td><td class="number">${shownCount(rows)}</td><td class="number">${shownNumber(lift)}</td></tr>`)}
</tbody></table></div>`;
}
