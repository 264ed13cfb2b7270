import { PROBLEMS, type ProblemDefinition } from "../../functions/contracts/problems.ts";
import { page, table } from "./table.ts";

/** docs/errors.md: every error by its code; the `type` of a problem points at its heading. */
export function renderErrorsPage(): string {
  const definitions: [string, ProblemDefinition][] = Object.entries(PROBLEMS);
  return page(
    "Errors",
    "functions/contracts/problems.ts",
    "Every error is `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, `instance`, `code`, `errors` (each with a `pointer` into the request and a `detail`) and `fix`. Routes that speak another protocol keep that protocol's shape; the header `headgate-code` has the code in all of them. A code never changes its meaning: branch on `code`, not on the words.",
    table(
      ["code", "status", "title", "retry"],
      definitions.map(([code, { status, title, retryable }]) => [
        `[\`${code}\`](#${code})`,
        String(status),
        title,
        retryable ? "yes" : "no",
      ]),
    ),
    ...definitions.flatMap(([code, { status, title, retryable, fix }]) => [
      `## ${code}`,
      `**${status}** ${title}. ${retryable ? "The same request may succeed later." : "The same request will fail again."}`,
      `Fix: ${fix}`,
    ]),
  );
}
