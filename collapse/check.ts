import { badOption } from "./badOption.ts";
import { checkSides } from "./checkSides.ts";
import type { CheckFailure } from "./contracts/failure.ts";
import { type CheckRequest, checkOptionsSchema } from "./contracts/options.ts";
import { done, failed, type Outcome } from "./contracts/outcome.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import type { Report } from "./contracts/report.ts";
import { openSides } from "./openSides.ts";
import { failureOf } from "./read/readError.ts";
import type { Table } from "./read/table.ts";

/**
 * Says whether training on the candidate would collapse or harm a model, and why. The same request and files give the
 * same report, byte for byte.
 *
 * @returns the report; or why no check can be made: an option, a file or a column.
 */
export async function check(
  request: CheckRequest,
  { onProgress = () => {} }: { readonly onProgress?: ProgressListener } = {},
): Promise<Outcome<Report, CheckFailure>> {
  const options = checkOptionsSchema.safeParse(request);
  if (!options.success) return failed(badOption(options.error));
  const opened: Table[] = [];
  onProgress({ phase: "Opening files" });
  try {
    const sides = await openSides(options.data, opened);
    return sides.ok ? done(await checkSides(sides.value, options.data, onProgress)) : sides;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failed(failure);
  } finally {
    for (const table of opened) table.close();
  }
}
