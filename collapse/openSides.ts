import type { Block, Reads, TablePlan } from "./contracts/columns.ts";
import type { CheckFailure } from "./contracts/failure.ts";
import type { CheckOptions } from "./contracts/options.ts";
import { done, failed, type Outcome } from "./contracts/outcome.ts";
import type { Learned } from "./profile/learned.ts";
import { openProfile } from "./profile/openProfile.ts";
import { refuseOptions } from "./profile/refuseOptions.ts";
import { declareColumns } from "./read/declareColumns.ts";
import { matchColumns } from "./read/matchColumns.ts";
import { noteDrift } from "./read/noteDrift.ts";
import type { TableLimits } from "./read/openRows.ts";
import { openTable } from "./read/openTable.ts";
import { planColumns } from "./read/planColumns.ts";
import { readBlocks } from "./read/readBlocks.ts";
import { explainReadError } from "./read/readError.ts";
import { splitTable, timeSqlOf } from "./read/splitTable.ts";
import type { Table } from "./read/table.ts";
import { blocksBetween } from "./splitByTime.ts";

/** Rows of one side, to be read as often as it takes. */
export interface Side {
  readonly files: readonly string[];
  readonly rows: number;
  /** @param reads what this pass needs beside what the plan reads anyway. */
  blocks(reads?: Reads): AsyncIterable<Block>;
}

/** Both sides of a check, and how their columns are read. */
export interface Sides {
  readonly plan: TablePlan;
  /** Where it was learned already its rows may be nowhere: a saved profile keeps a sample at most. */
  readonly reference: Side;
  readonly learned: Learned | null;
  /** Where several candidates are compared: what is learned for one of them serves all. */
  readonly learnOnce?: (learn: () => Promise<Learned>) => Promise<Learned>;
  readonly candidate: Side;
  /** Columns of the candidate that the reference has not. */
  readonly ignored: readonly string[];
  /** What people must know of how the files were read, in sentences. */
  readonly notes: readonly string[];
}

/** A reference to check against: how both tables are read, and what is known of it already. */
export type Known = Pick<Sides, "plan" | "reference" | "learned" | "learnOnce" | "notes">;

/**
 * Opens what a check compares; whatever was opened is also in `opened`, for the caller to close. Without a reference
 * the older half of the candidate's rows stands in for it, and the newer half is judged.
 */
export async function openSides(
  options: CheckOptions,
  opened: Table[],
): Promise<Outcome<Sides, CheckFailure>> {
  if (options.reference.length === 0) {
    const candidate = await openRows(options.candidate, options, opened);
    return candidate.ok ? openHalves(candidate.value, options) : candidate;
  }
  const reference = await openReference(options, opened);
  return reference.ok ? openCandidate(reference.value, options, opened) : reference;
}

/** Opens the reference: real rows, or a profile of them. */
export async function openReference(
  options: CheckOptions,
  opened: Table[],
): Promise<Outcome<Known, CheckFailure>> {
  const profile = await openProfile(options.reference);
  if (!profile.ok) return profile;
  if (profile.value !== null) {
    const [file = ""] = options.reference;
    const refusal = refuseOptions(profile.value.plan, options, file);
    const { plan, summary } = profile.value;
    const reference = { files: [file], rows: summary.rows, blocks: noRows };
    return refusal === null ? done({ plan, reference, learned: profile.value, notes: [] }) : failed(refusal);
  }
  const reference = await openRows(options.reference, options, opened);
  if (!reference.ok) return reference;
  const plan = await planColumns(reference.value, options);
  if (!plan.ok) return plan;
  const { notes } = reference.value;
  return done({ plan: plan.value, reference: sideOf(reference.value, plan.value), learned: null, notes });
}

/** Opens the candidate against a reference that was opened. */
export async function openCandidate(
  known: Known,
  options: CheckOptions,
  opened: Table[],
): Promise<Outcome<Sides, CheckFailure>> {
  const isProfile = await openProfile(options.candidate);
  if (isProfile.ok && isProfile.value !== null) return failed(profiledCandidate(options.candidate));
  const candidate = await openRows(options.candidate, options, opened);
  if (!candidate.ok) return candidate;
  const declared = declareColumns(candidate.value, options.schema);
  if (!declared.ok) return declared;
  const matched = await matchColumns(known.plan, declared.value, options.schema);
  if (!matched.ok) return matched;
  const drift = await explained(declared.value, () => noteDrift(declared.value, known.plan, "the candidate"));
  if (!drift.ok) return drift;
  return done({
    ...known,
    candidate: sideOf(declared.value, known.plan),
    ignored: matched.value.ignored,
    notes: notesOf([known.notes, candidate.value.notes, drift.value]),
  });
}

async function openRows(
  files: readonly string[],
  options: CheckOptions,
  opened: Table[],
): Promise<Outcome<Table, CheckFailure>> {
  const table = await openTable(files, limitsOf(options));
  if (table.ok) opened.push(table.value);
  return table;
}

const profiledCandidate = ([file = ""]: readonly string[]): CheckFailure => ({
  code: "bad_option",
  detail: `${file} is a profile, and a candidate is judged by its rows.`,
  fix: "Name the candidate's own files; a profile stands behind --reference.",
  file,
  column: null,
});

function noRows(): never {
  throw new Error("A profile's rows cannot be read again");
}

const limitsOf = ({ maxMemoryBytes, called }: CheckOptions): TableLimits => ({
  called,
  ...(maxMemoryBytes === undefined ? {} : { memoryBytes: maxMemoryBytes }),
});

async function openHalves(table: Table, options: CheckOptions): Promise<Outcome<Sides, CheckFailure>> {
  if (table.rows < 2)
    return failed({
      code: "no_rows",
      detail: "Without a reference the older rows stand in for it, and there are fewer than two rows.",
      fix: "Name real rows with --reference.",
      file: table.files[0] ?? null,
      column: null,
    });
  const plan = await planColumns(table, options);
  if (!plan.ok) return plan;
  const drift = await explained(table, () => noteDrift(table, plan.value, "the files"));
  if (!drift.ok) return drift;
  const halves = await halvesOf(table, plan.value);
  if (!halves.ok) return halves;
  const { notes, ...sides } = halves.value;
  return done({
    plan: plan.value,
    learned: null,
    ...sides,
    ignored: [],
    notes: notesOf([table.notes, notes, drift.value]),
  });
}

type HalvesOfRows = Pick<Sides, "reference" | "candidate" | "notes">;

/** By the column of time where there is one, else by the order of the files. */
async function halvesOf(table: Table, plan: TablePlan): Promise<Outcome<HalvesOfRows, CheckFailure>> {
  const time = timeSqlOf(table, plan);
  const column = plan.columns.find(({ role }) => role === "time")?.name;
  if (time !== null && column !== undefined) {
    const halves = await splitTable(table, time, column);
    if (!halves.ok) return halves;
    const { older, newer, without } = halves.value;
    const left = `${without.toLocaleString("en")} rows without a \`${column}\` are in neither half.`;
    return done({
      reference: sideOf(older, plan),
      candidate: sideOf(newer, plan),
      notes: without === 0 ? [] : [left],
    });
  }
  const middle = Math.floor(table.rows / 2);
  const whole = sideOf(table, plan);
  const half = (from: number, to: number): Side => ({
    files: table.files,
    rows: to - from,
    blocks: (reads) => blocksBetween(whole.blocks(reads), from, to),
  });
  return done({ reference: half(0, middle), candidate: half(middle, table.rows), notes: [] });
}

/** What is found of a table; what DuckDB throws meanwhile is of its files. */
async function explained<Value>(
  { files }: Table,
  find: () => Promise<Value>,
): Promise<Outcome<Value, CheckFailure>> {
  try {
    return done(await find());
  } catch (error) {
    return failed(explainReadError(error, files));
  }
}

/** Each sentence once: both tables may be written alike. */
const notesOf = (notes: readonly (readonly string[] | string | null)[]): readonly string[] => [
  ...new Set(notes.flat().filter((note) => note !== null)),
];

const sideOf = (table: Table, plan: TablePlan): Side => ({
  files: table.files,
  rows: table.rows,
  blocks: (reads = {}) => readBlocks(table, { ...plan, reads: { ...plan.reads, ...reads } }),
});
