import { sql } from "drizzle-orm";
import { z } from "zod";
import { done, failed, type Outcome } from "../functions/contracts/outcome.ts";
import type { Database, DatabaseFailure } from "../functions/contracts/ports.ts";

export type UnboundRole =
  | { readonly kind: "unbound"; readonly detail: string }
  | { readonly kind: "unmigrated"; readonly detail: string };

const rowSchema = z.object({
  role: z.string(),
  migrated: z.boolean(),
  bypasses: z.boolean(),
  owns: z.boolean(),
  sees_all: z.boolean(),
});

/**
 * Tells whether row-level security binds the role that the database is connected as. Headgate refuses to
 * start with one that bypasses it, owns the tables, or is a member of the role that sees every organization:
 * Neon's default role is such a one.
 */
export async function assertBoundRole(
  database: Database,
): Promise<Outcome<undefined, UnboundRole | DatabaseFailure>> {
  const answer = await database.platform(sql`
    select current_user::text as role,
      to_regclass('public.organizations') is not null as migrated,
      coalesce((select rolsuper or rolbypassrls from pg_roles where rolname = current_user), true) as bypasses,
      coalesce((select pg_has_role(current_user, relowner, 'MEMBER') from pg_class
        where oid = to_regclass('public.organizations')), false) as owns,
      coalesce((select pg_has_role(current_user, oid, 'MEMBER') from pg_roles
        where rolname = 'headgate_platform'), false) as sees_all`);
  if (!answer.ok) return answer;
  const { role, migrated, bypasses, owns, sees_all: seesAll } = rowSchema.parse(answer.value[0]);
  if (!migrated)
    return failed({ kind: "unmigrated", detail: "The database has no tables yet: run the migrations." });
  if (bypasses || owns || seesAll) {
    const why = bypasses
      ? "bypasses row-level security"
      : owns
        ? "owns the tables"
        : "sees all organizations";
    return failed({ kind: "unbound", detail: `The role ${role} ${why}: connect as headgate_app.` });
  }
  return done(undefined);
}
