import { NeonDbError } from "@neondatabase/serverless";
import type { DatabaseFailure } from "../functions/contracts/ports.ts";

// Classes of SQLSTATE (PostgreSQL documentation, appendix A).
const INTEGRITY = "23";
const DATA = "22";
const CANCELED = "57014";
/** Connection, authorization, database, transaction rollback, resources, operator intervention, system. */
const PASSING = new Set(["08", "28", "3D", "40", "53", "57", "58"]);

/**
 * What a driver error means to a caller. Details never repeat values of a statement, which may be personal:
 * for refused data and broken constraints they name the rule, not what Postgres says about the row.
 */
export function toDatabaseFailure(error: unknown): DatabaseFailure {
  if (isTimeout(error)) return { kind: "timeout", detail: "Postgres did not answer within the deadline." };
  const code = error instanceof NeonDbError ? error.code : undefined;
  if (!(error instanceof NeonDbError) || !code)
    return {
      kind: "unavailable",
      detail: "The endpoint of Postgres could not be reached, or did not know us.",
    };
  if (code === CANCELED)
    return { kind: "timeout", detail: "Postgres canceled the statement at its deadline." };
  const sqlClass = code.slice(0, 2);
  if (PASSING.has(sqlClass))
    return { kind: "unavailable", detail: `Postgres is not able just now (${code}).` };
  if (sqlClass === INTEGRITY) {
    const constraint = error.constraint ?? error.column ?? error.table ?? "";
    return {
      kind: "constraint",
      constraint,
      sqlState: code,
      detail: `The row breaks ${constraint} (${code}).`,
    };
  }
  const detail = sqlClass === DATA ? `A value does not fit (${code}).` : error.message;
  return { kind: "refused", sqlState: code, detail };
}

/** The driver wraps an abort of its fetch. */
function isTimeout(error: unknown): boolean {
  const cause = error instanceof NeonDbError ? error.sourceError : error;
  return cause instanceof Error && (cause.name === "TimeoutError" || cause.name === "AbortError");
}
