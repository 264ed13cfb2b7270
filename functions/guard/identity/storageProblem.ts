import type { DatabaseFailure } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";

/** What a caller is told when Postgres did not do as asked. */
export function storageProblem(failure: DatabaseFailure): Problem {
  if (failure.kind === "constraint") return { code: "conflict" };
  return { code: "storage_unavailable", retryAfterSeconds: 1 };
}

/** The change is stored, but Redis could not be told: it holds everywhere only after a repetition. */
export const NOT_YET_EVERYWHERE: Problem = {
  code: "storage_unavailable",
  detail: "The change is stored, but does not hold everywhere yet. Repeat the request.",
  retryAfterSeconds: 1,
};
