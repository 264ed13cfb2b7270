import { badOption } from "../badOption.ts";
import { type Examined, examineSides } from "../checkSides.ts";
import type { CheckFailure } from "../contracts/failure.ts";
import { type CheckOptions, type CheckRequest, checkOptionsSchema } from "../contracts/options.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { ProgressListener } from "../contracts/progress.ts";
import type { Recommendation } from "../contracts/recommendations.ts";
import type { Report } from "../contracts/report.ts";
import { openSides, type Side } from "../openSides.ts";
import { failureOf } from "../read/readError.ts";
import type { Table } from "../read/table.ts";
import { countCopies, inOrder, type Mending } from "./countCopies.ts";
import { countReal } from "./countReal.ts";
import { pickActions } from "./pickActions.ts";
import { type PlannedOutput, planOutput } from "./planOutput.ts";
import { findRawTable } from "./rawTable.ts";
import { type MendedColumn, writeMended } from "./writeMended.ts";

/** What is to be mended, by which recommendations of a check with the same options, and where the result goes. */
export interface FixRequest extends CheckRequest {
  readonly apply: readonly number[];
  readonly output: string;
}

/** A set that was mended, and what the check says of it before and after. */
export interface Fixed {
  readonly applied: readonly Recommendation[];
  readonly output: string;
  readonly rows: {
    /** Rows of the candidate that the mended set has; those that it has not; copies beyond the first; real rows. */
    readonly kept: number;
    readonly dropped: number;
    readonly repeated: number;
    readonly added: number;
  };
  readonly before: Report;
  readonly after: Report;
}

/**
 * Applies recommendations to the candidate's files and writes the mended set. The check is deterministic, so it is run
 * again, and its recommendations are those that the user read. Several actions follow each other as `ACTIONS` has them.
 */
export async function applyActions(
  { apply, output, ...request }: FixRequest,
  { onProgress = () => {} }: { readonly onProgress?: ProgressListener } = {},
): Promise<Outcome<Fixed, CheckFailure>> {
  const options = checkOptionsSchema.safeParse(request);
  if (!options.success) return failed(badOption(options.error));
  const opened: Table[] = [];
  onProgress({ phase: "Opening files" });
  try {
    const files = await findTables(options.data, output);
    if (!files.ok) return files;
    const sides = await openSides(options.data, opened);
    if (!sides.ok) return sides;
    const examined = await examineSides(sides.value, options.data, onProgress);
    const chosen = pickActions(examined.report, apply);
    if (!chosen.ok) return chosen;
    onProgress({ phase: "Mending" });
    const written = await mend(examined, chosen.value, files.value, options.data, opened);
    if (!written.ok) return written;
    const mended = await openSides({ ...options.data, candidate: [files.value.output.path] }, opened);
    if (!mended.ok) return mended;
    const after = await examineSides(mended.value, options.data, onProgress, { verdictOnly: true });
    const applied = inOrder(chosen.value);
    return done({ applied, output, rows: written.value, before: examined.report, after: after.report });
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failed(failure);
  } finally {
    for (const table of opened) table.close();
  }
}

type Tables = Exclude<Awaited<ReturnType<typeof findTables>>, { ok: false }>["value"];

async function findTables(options: CheckOptions, output: string) {
  if (options.reference.length === 0)
    return failed({
      code: "bad_option",
      detail: "Without real rows there is nothing to mend a set by.",
      fix: "Name real rows with --reference.",
      file: null,
      column: null,
    } as const);
  const candidate = await findRawTable(options.candidate);
  if (!candidate.ok) return candidate;
  const reference = await findRawTable(options.reference);
  const inputs = [...candidate.value.paths, ...(reference.ok ? reference.value.paths : [])];
  const planned = await planOutput(output, candidate.value, inputs);
  if (!planned.ok) return planned;
  return done({ candidate: candidate.value, reference, output: planned.value satisfies PlannedOutput });
}

async function mend(
  { sides, frame, remedies }: Examined,
  chosen: readonly Recommendation[],
  files: Tables,
  options: CheckOptions,
  opened: readonly Table[],
): Promise<Outcome<Fixed["rows"], CheckFailure>> {
  if (remedies === null) throw new Error("Recommendations came without their remedies");
  const adds = chosen.some(({ rows }) => rows.added > 0);
  if (adds && sides.learned !== null) return failed(NO_ROWS);
  if (adds && !files.reference.ok) return files.reference;
  const mending: Mending = { sides, frame, remedies, chosen, seed: options.seed };
  const copies = await countCopies(mending);
  const kept = sumOf(copies);
  const real = await countReal(mending, kept);
  if (!real.enough)
    return failed({
      code: "bad_option",
      detail: `${real.wanted.toLocaleString("en")} real rows are to be mixed in, and the reference has ${sides.reference.rows.toLocaleString("en")}.`,
      fix: "Name more real rows with --reference, or apply other recommendations.",
      file: null,
      column: null,
    });
  const added = sumOf(real.copies);
  const tableOf = (side: Side): Table | undefined => opened.find(({ files: read }) => read === side.files);
  const written = await writeMended({
    candidate: { table: files.candidate, copies },
    reference: added > 0 && files.reference.ok ? { table: files.reference.value, copies: real.copies } : null,
    columns: columnsOf(tableOf(sides.candidate), tableOf(sides.reference), options),
    output: files.output.path,
    form: files.output.form,
    memoryBytes: options.maxMemoryBytes,
  });
  if (!written.ok) return written;
  const dropped = copies.filter((times) => times === 0).length;
  return done({ kept: copies.length - dropped, dropped, repeated: kept - (copies.length - dropped), added });
}

const NO_ROWS: CheckFailure = {
  code: "bad_option",
  detail: "Real rows are to be added, and the reference is a profile, which has none to give away.",
  fix: "Name the real rows themselves with --reference, or apply other recommendations.",
  file: null,
  column: null,
};

/** The candidate's columns in their order, each with the reference's that it is the same as. */
function columnsOf(
  candidate: Table | undefined,
  reference: Table | undefined,
  { schema }: CheckOptions,
): readonly MendedColumn[] {
  const named = new Map(
    (reference?.columns ?? []).map(({ name }) => {
      const { rename_from: own = name, scale = 1 } = schema.columns[name] ?? {};
      return [own, { name, scale }];
    }),
  );
  return (candidate?.columns ?? []).map(({ name }) => ({ name, fromReference: named.get(name) ?? null }));
}

const sumOf = (copies: Uint8Array): number => copies.reduce((sum, times) => sum + times, 0);
