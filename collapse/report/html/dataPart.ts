import type { Report } from "../../contracts/report.ts";
import { columnsByEffect } from "../text/columnsByEffect.ts";
import { joinSome } from "../text/joinSome.ts";
import { shownCount, shownNumber } from "../text/shownNumber.ts";
import { SHOWN, shownText } from "../text/shownText.ts";
import { type Markup, markup } from "./markup.ts";
import { prose } from "./prose.ts";

/** How much of a list the page has; 500 columns of the longest names in six-letter entities stay under 1.2 MB. */
const MOST = { columns: 500, files: 20, ignored: 50, notes: 50 } as const;

/** Every column and how it was read, the most different first. */
export function columnsPart({ columns }: Report): Markup {
  if (columns.length === 0) return markup``;
  const shown = columnsByEffect(columns).slice(0, MOST.columns);
  const more = columns.length - shown.length;
  const caption =
    `${shownCount(columns.length)} columns by effect: the largest |z| of a column's own metrics` +
    (more > 0 ? `; ${shownCount(more)} more are in the JSON report.` : ".");
  return markup`<h2>Columns</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Columns"><table>
<caption>${caption}</caption>
<thead><tr><th scope="col">column</th><th scope="col" class="number">|z|</th><th scope="col">read as</th><th scope="col">because</th></tr></thead>
<tbody>
${shown.map(columnRow)}
</tbody></table></div>`;
}

const columnRow = ({ name, kind, role, because, analyzed, z }: Report["columns"][number]): Markup =>
  markup`<tr><th scope="row"><bdi>${shownText(name, SHOWN.name)}</bdi></th><td class="number">${z === null ? "–" : shownNumber(Math.abs(z))}</td><td>${role === "feature" ? kind : `${kind}, ${role}`}${analyzed ? "" : "; not analyzed"}</td><td><bdi>${shownText(because, SHOWN.reason)}</bdi></td></tr>`;

/** What was compared, and what to know about it. */
export function dataPart({ data, harm, seed, schema_version, notes }: Report): Markup {
  const { candidate, reference, sampled, ignored } = data;
  const files = (names: readonly string[]) => joinSome(names, MOST.files, SHOWN.name);
  const fact = (name: string, text: string) => markup`<dt>${name}</dt><dd><bdi>${text}</bdi></dd>`;
  const facts = [
    fact("Candidate", `${shownCount(candidate.rows)} rows of ${files(candidate.files)}`),
    fact(
      "Reference",
      reference === null ? "none" : `${shownCount(reference.rows)} rows of ${files(reference.files)}`,
    ),
    fact(
      "Sampled",
      `${shownCount(sampled.candidate)} and ${shownCount(sampled.reference)} rows, for what needs rows rather than counts`,
    ),
    ...(harm.copies === null ? [] : [fact("Copies set aside", copiesOf(harm.copies))]),
    ...(ignored.length === 0
      ? []
      : [fact("Not in the reference", joinSome(ignored, MOST.ignored, SHOWN.name))]),
    fact("Seed", String(seed)),
    fact("Report", `schema ${schema_version}; the same input and seed give the same bytes`),
  ];
  return markup`<h2>Data</h2>
<dl>
${facts}
</dl>
${notesOf(notes)}`;
}

const copiesOf = ({ of_candidate, of_reference }: NonNullable<Report["harm"]["copies"]>): string =>
  `${shownCount(of_candidate)} candidate and ${shownCount(of_reference)} real rows that repeat a test row, or nearly`;

function notesOf(notes: readonly string[]): Markup {
  if (notes.length === 0) return markup``;
  const items = notes.slice(0, MOST.notes).map((note) => markup`<li>${prose(note)}</li>`);
  const more = notes.length - items.length;
  return markup`<h2>Notes</h2>
<ul class="notes">
${items}
${more > 0 ? markup`<li>and ${shownCount(more)} more in the JSON report</li>` : markup``}
</ul>`;
}
