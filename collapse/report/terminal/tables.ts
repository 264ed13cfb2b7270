import { DIMENSIONS, type Dimension } from "../../contracts/metrics.ts";
import type { Finding, Report } from "../../contracts/report.ts";
import { columnsByEffect } from "../text/columnsByEffect.ts";
import { joinSome } from "../text/joinSome.ts";
import { shownCount, shownNumber } from "../text/shownNumber.ts";
import { SHOWN, shownText } from "../text/shownText.ts";
import { DIMENSION_WORDS, STATUS_WORDS } from "../text/words.ts";
import { scoreBar } from "./bars.ts";
import { layTable } from "./layTable.ts";
import type { Paint, Tone } from "./paint.ts";
import { heading, item } from "./verdictLines.ts";

const COLUMNS_SHOWN = 12;
const NOTES_SHOWN = 20;
const FILES_SHOWN = 5;
/** Below it a dimension's line has no place for its worst finding. */
const FINDING_FROM_WIDTH = 72;
const RANGE_FROM_WIDTH = 96;
/** Below it there are neither bars nor reasons. */
const WIDE_FROM = 56;
const NAME_CELLS = 48;
const STATUS_TONES = {
  ok: "good",
  warn: "warn",
  bad: "bad",
  not_computable: "faint",
} as const satisfies Record<Report["dimensions"][Dimension]["status"], Tone>;

/** The eight dimensions, a line each: score, status and the worst of their findings. */
export function dimensionLines({ dimensions }: Report, cells: number, paint: Paint): string[] {
  const rows = DIMENSIONS.map((name) => {
    const { score, status, findings } = dimensions[name];
    const [worst] = findings;
    return [
      DIMENSION_WORDS[name].title,
      cells < WIDE_FROM ? "" : scoreBar(score),
      score === null ? "–" : String(Math.round(score)),
      `${STATUS_WORDS[status].sign} ${STATUS_WORDS[status].short}`,
      worst === undefined || cells < FINDING_FROM_WIDTH ? "" : worstOf(worst, cells),
    ];
  });
  const toneOf = (row: number): Tone => STATUS_TONES[dimensions[DIMENSIONS[row] ?? DIMENSIONS[0]].status];
  const table = layTable(
    [
      {},
      {},
      { align: "right" },
      { paint: (text, row) => paint(toneOf(row), text) },
      { flexible: true, paint: (text) => paint("faint", text) },
    ],
    rows,
    cells - 2,
  );
  return [...heading("Dimensions (100: as the reference beside itself)", cells, paint), ...indent(table)];
}

function worstOf({ metric, subject, value, null_low, null_high }: Finding, cells: number): string {
  const range = cells < RANGE_FROM_WIDTH ? "" : ` (${shownNumber(null_low)} to ${shownNumber(null_high)})`;
  const named = subject === null ? metric : `${shownText(subject, NAME_CELLS)} ${metric}`;
  return `${named} ${shownNumber(value)}${range}`;
}

/** The columns that differ most. */
export function columnLines({ columns }: Report, cells: number, paint: Paint): string[] {
  if (columns.length === 0) return [];
  const shown = columnsByEffect(columns).slice(0, COLUMNS_SHOWN);
  const rows = shown.map(({ name, kind, role, because, analyzed, z }) => [
    shownText(name, NAME_CELLS),
    z === null ? "–" : shownNumber(Math.abs(z)),
    role === "feature" ? kind : `${kind}, ${role}`,
    `${analyzed ? "" : "not analyzed: "}${shownText(because, SHOWN.reason)}`,
  ]);
  const table = layTable(
    [{ flexible: true }, { align: "right" }, {}, { flexible: true, paint: (text) => paint("faint", text) }],
    [["column", "|z|", "read as", "because"], ...rows].map((row) =>
      cells < WIDE_FROM ? row.slice(0, 3) : row,
    ),
    cells - 2,
  );
  const more = columns.length - shown.length;
  return [
    ...heading("Columns by effect", cells, paint),
    ...indent(table),
    ...(more > 0 ? item("  ", `and ${shownCount(more)} more: --html or --json shows them`, cells) : []),
  ];
}

/** What was compared. */
export function dataLines({ data, harm, seed }: Report, cells: number, paint: Paint): string[] {
  const filesOf = (files: readonly string[]) => joinSome(files, FILES_SHOWN, SHOWN.name);
  const { candidate, reference, sampled, ignored } = data;
  const facts: [string, string][] = [
    ["candidate", `${shownCount(candidate.rows)} rows of ${filesOf(candidate.files)}`],
    [
      "reference",
      reference === null ? "none" : `${shownCount(reference.rows)} rows of ${filesOf(reference.files)}`,
    ],
    [
      "sampled",
      `${shownCount(sampled.candidate)} and ${shownCount(sampled.reference)} rows for what needs rows`,
    ],
    ...(harm.copies === null
      ? []
      : ([
          [
            "copies",
            `set aside: ${shownCount(harm.copies.of_candidate)} candidate and ${shownCount(harm.copies.of_reference)} real rows`,
          ],
        ] as [string, string][])),
    ...(ignored.length === 0
      ? []
      : ([["ignored", `not in the reference: ${joinSome(ignored, 10, SHOWN.name)}`]] as [string, string][])),
    ["seed", String(seed)],
  ];
  return [
    ...heading("Data", cells, paint),
    ...facts.flatMap(([name, text]) => item(`  ${name.padEnd(9)}  `, text, cells)),
  ];
}

/** What to know about the check itself. */
export function noteLines({ notes }: Report, cells: number, paint: Paint): string[] {
  if (notes.length === 0) return [];
  const more = notes.length - NOTES_SHOWN;
  return [
    ...heading("Notes", cells, paint),
    ...notes.slice(0, NOTES_SHOWN).flatMap((note) => item("  - ", note, cells)),
    ...(more > 0 ? item("  ", `and ${shownCount(more)} more: --json shows them`, cells) : []),
  ];
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
