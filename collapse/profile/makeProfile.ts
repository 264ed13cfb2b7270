import { z } from "zod";
import { badOption } from "../badOption.ts";
import type { TablePlan } from "../contracts/columns.ts";
import type { CheckFailure } from "../contracts/failure.ts";
import { checkOptionsSchema } from "../contracts/options.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { ProgressListener } from "../contracts/progress.ts";
import { openReference, type Side } from "../openSides.ts";
import { lanesFor } from "../parallel/lanesFor.ts";
import { failureOf } from "../read/readError.ts";
import type { Table } from "../read/table.ts";
import { readerOf } from "../readerOf.ts";
import { encodeProfile } from "./encodeProfile.ts";
import { learnReference } from "./learnReference.ts";

const profileOptionsSchema = checkOptionsSchema
  .pick({
    target: true,
    group: true,
    time: true,
    schema: true,
    seed: true,
    maxMemoryBytes: true,
    called: true,
  })
  .extend({
    reference: z.array(z.string().min(1)).min(1),
    /** Real rows that go with it, so that neighbors, trees and discriminators can be had too; at most 50,000. */
    sampledRows: z.number().int().min(0).max(50_000).default(0),
  });
/** What a profile is asked for, as callers write it: `reference` are the real rows. */
export type ProfileRequest = z.input<typeof profileOptionsSchema>;

/** What was made: the file's bytes, and what is in it. */
export interface MadeProfile {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  /** Columns that are analyzed. */
  readonly analyzed: number;
  /** Real rows that it holds. */
  readonly sampledRows: number;
}

/**
 * Learns real rows once, for `check` to take in their place. The same request and files give the same bytes.
 *
 * @returns the profile; or why none can be made: an option, a file, a column, or a table too wide for one.
 */
export async function profile(
  request: ProfileRequest,
  { onProgress = () => {} }: { readonly onProgress?: ProgressListener } = {},
): Promise<Outcome<MadeProfile, CheckFailure>> {
  const parsed = profileOptionsSchema.safeParse(request);
  if (!parsed.success) return failed(badOption(parsed.error));
  const { sampledRows, ...options } = parsed.data;
  const opened: Table[] = [];
  onProgress({ phase: "Opening files" });
  try {
    const asked = checkOptionsSchema.parse({ ...options, candidate: options.reference });
    const reference = await openReference(asked, opened);
    if (!reference.ok) return reference;
    const { plan, reference: side, learned: earlier } = reference.value;
    if (earlier !== null) return failed(isProfile(options.reference));
    const learned = await learnInLanes(side, plan, options.seed, onProgress);
    if (learned.frame.variables.length === 0) return failed(nothingKept(side.files));
    onProgress({ phase: "Writing the profile" });
    const bytes = encodeProfile(learned, { files: side.files, sampledRows });
    if (bytes === null) return failed(tooLarge(side.files));
    return done({
      bytes,
      rows: side.rows,
      columns: plan.columns.length,
      analyzed: new Set(learned.frame.variables.map(({ column }) => column)).size,
      sampledRows: Math.min(sampledRows, learned.summary.sample.rows),
    });
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failed(failure);
  } finally {
    for (const table of opened) table.close();
  }
}

async function learnInLanes(side: Side, plan: TablePlan, seed: number, onProgress: ProgressListener) {
  const lanes = lanesFor(side.rows);
  try {
    return await learnReference(readerOf(side, onProgress), plan, seed, lanes);
  } finally {
    await lanes?.close();
  }
}

const isProfile = ([file = ""]: readonly string[]): CheckFailure => ({
  code: "bad_option",
  detail: `${file} is a profile already.`,
  fix: "Name the real rows that it was made of.",
  file,
  column: null,
});

const nothingKept = ([file = ""]: readonly string[]): CheckFailure => ({
  code: "no_columns",
  detail: `${file} has texts or vectors alone, and a profile keeps nothing of these.`,
  fix: "Name the file itself as the reference.",
  file,
  column: null,
});

const tooLarge = ([file = ""]: readonly string[]): CheckFailure => ({
  code: "profile_too_large",
  detail: `A profile of ${file} would be larger than one may be: it has too many columns or levels.`,
  fix: "Ask for fewer rows with --with-sample, or give columns the role ignore in the schema file.",
  file,
  column: null,
});
