import type { SQL } from "drizzle-orm";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database, DatabaseFailure, Row } from "../../contracts/ports.ts";

/**
 * Writes as one transaction and reads what came of it; one row of each read, the first of which is there only
 * if the write was carried out. A lost answer is not a lost commit: what was written is then looked for, since
 * a key that is stored and never shown is a key that nobody can use.
 */
export async function commitAndRead(
  database: Database,
  organizationId: string,
  writes: readonly SQL[],
  reads: readonly SQL[],
): Promise<Outcome<(Row | undefined)[], DatabaseFailure>> {
  const written = await database.forOrg(organizationId, [...writes, ...reads]);
  if (written.ok) return done(written.value.slice(writes.length).map(firstRow));
  const { failure } = written;
  if (failure.kind === "constraint" || failure.kind === "refused") return failed(failure);
  const found = await database.forOrg(organizationId, reads);
  const rows = found.ok ? found.value.map(firstRow) : [];
  return rows[0] === undefined ? failed(failure) : done(rows);
}

const firstRow = (rows: readonly Row[]): Row | undefined => rows[0];
