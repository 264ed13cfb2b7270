import { badOption } from "./badOption.ts";
import { checkSides } from "./checkSides.ts";
import type { CheckFailure } from "./contracts/failure.ts";
import { type CheckOptions, type CheckRequest, checkOptionsSchema } from "./contracts/options.ts";
import { done, failed, type Outcome } from "./contracts/outcome.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import type { Report } from "./contracts/report.ts";
import { whyNot } from "./networks/whyNot.ts";
import { openSides } from "./openSides.ts";
import { failureOf } from "./read/readError.ts";
import type { Table } from "./read/table.ts";
import { timePhases } from "./timePhases.ts";

/**
 * Says whether training on the candidate would collapse or harm a model, and why. The same request and files give the
 * same report, byte for byte, but for what took how long (`timing`).
 *
 * @returns the report; or why no check can be made: an option, a file or a column. An abort by `signal` is thrown as its
 *   reason, within a block of rows or a phase; whatever was opened or written for the check is gone then too.
 */
export async function check(
  request: CheckRequest,
  {
    onProgress = () => {},
    signal,
  }: { readonly onProgress?: ProgressListener; readonly signal?: AbortSignal } = {},
): Promise<Outcome<Report, CheckFailure>> {
  const options = checkOptionsSchema.safeParse(request);
  if (!options.success) return failed(badOption(options.error));
  const missing = missingProvider(options.data);
  if (missing !== null) return failed(missing);
  const opened: Table[] = [];
  const clock = options.data.timing ? timePhases(onProgress, () => performance.now()) : null;
  const tell: ProgressListener = (progress) => {
    signal?.throwIfAborted();
    (clock?.onProgress ?? onProgress)(progress);
  };
  tell({ phase: "Opening files" });
  try {
    const sides = await openSides(options.data, opened);
    if (!sides.ok) return sides;
    const report = await checkSides(sides.value, options.data, tell);
    return done(clock === null ? report : { ...report, timing: clock.end() });
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failed(failure);
  } finally {
    for (const table of opened) table.close();
  }
}

/** What was asked of a GPU is not quietly done elsewhere. */
export function missingProvider({ provider }: Pick<CheckOptions, "provider">): CheckFailure | null {
  const reason = provider === "cpu" ? null : whyNot(provider);
  if (reason === null) return null;
  return {
    code: "bad_option",
    detail: `Nothing can be computed on ${provider} here: ${reason}`,
    fix: "Leave `--provider` out: the CPU is always there.",
    file: null,
    column: null,
  };
}
