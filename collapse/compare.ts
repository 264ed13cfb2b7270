import { z } from "zod";
import { badOption } from "./badOption.ts";
import { missingProvider } from "./check.ts";
import { checkSides } from "./checkSides.ts";
import type { CheckFailure } from "./contracts/failure.ts";
import { type CheckOptions, checkOptionsSchema } from "./contracts/options.ts";
import { done, failed, type Outcome } from "./contracts/outcome.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import type { Report, Verdict } from "./contracts/report.ts";
import { type Known, openCandidate, openReference } from "./openSides.ts";
import type { Learned } from "./profile/learned.ts";
import { failureOf } from "./read/readError.ts";
import type { Table } from "./read/table.ts";

const compareOptionsSchema = checkOptionsSchema.omit({ candidate: true }).extend({
  /** A file or a pattern each. */
  candidates: z.array(z.string().min(1)).min(1),
  reference: z.array(z.string().min(1)).min(1),
});
/** What a comparison is asked for: as a check, of several candidates. */
export type CompareRequest = z.input<typeof compareOptionsSchema>;

/** One candidate's report, the same that `check` gives; or why it has none. */
export interface Compared {
  readonly candidate: string;
  readonly outcome: Outcome<Report, CheckFailure>;
}

const BEST_FIRST: readonly Verdict[] = ["healthy", "indeterminate", "insufficient_data", "collapsed"];

/**
 * Checks several candidates against one reference, which is read once, and answers the best first: by verdict, then
 * by score; those that cannot be checked last.
 *
 * @returns every candidate with its own outcome; or why none can be checked: an option, or the reference.
 */
export async function compare(
  request: CompareRequest,
  { onProgress = () => {} }: { readonly onProgress?: ProgressListener } = {},
): Promise<Outcome<readonly Compared[], CheckFailure>> {
  const parsed = compareOptionsSchema.safeParse(request);
  if (!parsed.success) return failed(badOption(parsed.error));
  const { candidates, ...options } = parsed.data;
  const missing = missingProvider(options);
  if (missing !== null) return failed(missing);
  const opened: Table[] = [];
  onProgress({ phase: "Opening files" });
  try {
    const reference = await openReference({ ...options, candidate: [] }, opened);
    if (!reference.ok) return reference;
    const known = { ...reference.value, learnOnce: remembering() };
    const compared: Compared[] = [];
    for (const candidate of candidates) {
      const told: ProgressListener = (progress) =>
        onProgress({ ...progress, phase: `${candidate}: ${progress.phase}` });
      compared.push({
        candidate: options.called[candidate] ?? candidate,
        outcome: await checkOne(known, { ...options, candidate: [candidate] }, told),
      });
    }
    return done(compared.sort(byMerit));
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failed(failure);
  } finally {
    for (const table of opened) table.close();
  }
}

/** A candidate is closed before the next one is opened. */
async function checkOne(
  known: Known,
  options: CheckOptions,
  onProgress: ProgressListener,
): Promise<Outcome<Report, CheckFailure>> {
  const opened: Table[] = [];
  try {
    const sides = await openCandidate(known, options, opened);
    return sides.ok ? done(await checkSides(sides.value, options, onProgress)) : sides;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failed(failure);
  } finally {
    for (const table of opened) table.close();
  }
}

function remembering(): NonNullable<Known["learnOnce"]> {
  let learned: Learned | null = null;
  return async (learn) => {
    learned ??= await learn();
    return learned;
  };
}

function byMerit(left: Compared, right: Compared): number {
  const placeOf = ({ outcome }: Compared): number =>
    outcome.ok ? BEST_FIRST.indexOf(outcome.value.verdict) : BEST_FIRST.length;
  const scoreOf = ({ outcome }: Compared): number => (outcome.ok ? (outcome.value.score ?? -1) : -1);
  return placeOf(left) - placeOf(right) || scoreOf(right) - scoreOf(left);
}
