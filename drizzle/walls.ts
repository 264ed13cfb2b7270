import { type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, customType, pgPolicy, pgRole } from "drizzle-orm/pg-core";

/** The role that serves: not an owner, bound by row-level security. The migrations create it. */
export const appRole = pgRole("headgate_app").existing();

/** The role that the functions and views of the migrations work through: it sees every organization. */
export const platformRole = pgRole("headgate_platform").existing();

/**
 * Under which name the ledger knows the subject of a row: its own, or '' for the person-free stream. Spelled as a
 * CASE, because a wall lets an index take part only in conditions that it knows to leak nothing: with `coalesce`
 * Postgres reads the ledger of the whole organization for each row.
 */
export const ledgerName = (subjectRef: SQL): SQL =>
  sql`case when ${subjectRef} is null then '' else ${subjectRef} end`;

/** Bytes; the driver hands them over as it parses them. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

/**
 * The two policies of a tenant table: the serving role sees the rows of the organization that
 * `Database.forOrg` set, and none where it set none; the platform role sees all.
 */
export function organizationWall(organization: AnyPgColumn) {
  // A sub-select, so that Postgres reads the setting once per statement and may use an index for it.
  const mine = sql`${organization} = (select nullif(current_setting('app.organization', true), '')::uuid)`;
  return [
    pgPolicy("organization", { for: "all", to: appRole, using: mine, withCheck: mine }),
    pgPolicy("platform", { for: "all", to: platformRole, using: sql`true`, withCheck: sql`true` }),
  ];
}
