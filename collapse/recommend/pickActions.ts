import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { Recommendation } from "../contracts/recommendations.ts";
import type { Report } from "../contracts/report.ts";

/** The recommendations of those ids. Failure: `bad_option`, which names the ids that there are. */
export function pickActions(
  { recommendations, verdict }: Pick<Report, "recommendations" | "verdict">,
  ids: readonly number[],
): Outcome<readonly Recommendation[], CheckFailure> {
  const all = recommendations ?? [];
  const there = all.map(({ id, action }) => `${id} (${action})`).join(", ");
  const nothing =
    verdict === "healthy" ? "The set is healthy: nothing is recommended." : "Nothing is recommended.";
  const fix = there === "" ? nothing : `Apply some of ${there}.`;
  const refuse = (detail: string) =>
    failed({ code: "bad_option", detail, fix, file: null, column: null } as const);
  if (ids.length === 0) return refuse("No recommendation is named.");
  const unknown = ids.find((id) => !all.some((one) => one.id === id));
  if (unknown !== undefined) return refuse(`There is no recommendation ${unknown}.`);
  const chosen = all.filter(({ id }) => ids.includes(id));
  const manual = chosen.find(({ action }) => action === "regenerate" || action === "stop");
  if (manual !== undefined)
    return refuse(`Recommendation ${manual.id} (${manual.action}) is yours to do: no file comes of it.`);
  return done(chosen);
}
