import type { CheckFailure } from "../../collapse/contracts/failure.ts";
import type { CheckRequest } from "../../collapse/contracts/options.ts";
import type { ProgressListener } from "../../collapse/contracts/progress.ts";
import type { Report } from "../../collapse/contracts/report.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Screen } from "../command.ts";
import { type CommandFailure, wrongData } from "../failure.ts";
import { createProgressLine } from "./progressLine.ts";

/** The engine, as this command calls it. */
export type Check = (
  request: CheckRequest,
  listen: { readonly onProgress: ProgressListener },
) => Promise<Outcome<Report, CheckFailure>>;

/** Runs a check, telling how far it is. */
export const runCheck = (
  loadCheck: () => Promise<Check>,
  request: CheckRequest,
  screen: Screen,
): Promise<Outcome<Report, CommandFailure>> =>
  runEngine(async (listen) => (await loadCheck())(request, listen), screen);

/** Does work of the engine, telling how far it is; whatever keeps it from its end is told with its remedy. */
export async function runEngine<Value>(
  work: (listen: { readonly onProgress: ProgressListener }) => Promise<Outcome<Value, CheckFailure>>,
  screen: Screen,
): Promise<Outcome<Value, CommandFailure>> {
  const onProgress = createProgressLine(screen.progress, () => performance.now());
  try {
    const outcome = await work({ onProgress });
    return outcome.ok ? done(outcome.value) : wrongData(outcome.failure.detail, outcome.failure.fix);
  } catch (error) {
    // Left to Node it would exit with 1, which says `collapsed`.
    return wrongData(
      `The check itself broke: ${placeOf(error)}.`,
      "This is a bug of ours: please report it.",
    );
  }
}

/** What was thrown, and where. */
function placeOf(error: unknown): string {
  const [thrown, place] = (error instanceof Error ? error.stack : undefined)?.split("\n") ?? [String(error)];
  return [thrown, place?.trim()].filter((line) => line !== undefined).join(" ");
}
