import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { auditLog } from "../../../drizzle/observe.ts";
import type { AuditQuery } from "./schema.ts";

/** One entry more than was asked for tells whether there is a next page. */
export function selectAudit(organizationId: string, query: AuditQuery): SQL {
  const ascending = query.order === "asc";
  const conditions = [sql`organization_id = ${organizationId}::uuid`];
  if (query.cursor !== undefined)
    conditions.push(ascending ? sql`seq > ${query.cursor}::bigint` : sql`seq < ${query.cursor}::bigint`);
  if (query.actor !== undefined) conditions.push(sql`actor = ${query.actor}`);
  if (query.action !== undefined) conditions.push(sql`action = ${query.action}`);
  if (query.from !== undefined) conditions.push(sql`at >= ${query.from}::timestamptz`);
  if (query.to !== undefined) conditions.push(sql`at < ${query.to}::timestamptz`);
  return sql`
    select seq::float8 as seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor, action,
      target, detail, encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash,
      audit_link_text(organization_id, seq, actor, action, target, detail, at) as link
    from ${auditLog} where ${sql.join(conditions, sql` and `)}
    order by ${ascending ? sql`seq` : sql`seq desc`} limit ${query.limit + 1}`;
}

/** Judges the entries behind number `afterSeq`, whose hash is `afterHash` (hexadecimal); see migration 0008. */
export const checkAuditPage = (afterSeq: number, afterHash: string, limit: number): SQL => sql`
  select entries::float8 as entries, last_seq::float8 as last_seq, last_hash, broken_seq::float8 as broken_seq,
    broken_kind, head_seq::float8 as head_seq, head_hash, anchored_seq::float8 as anchored_seq
  from check_audit_page(${afterSeq}, decode(${afterHash}, 'hex'), ${limit})`;

export const auditPageSchema = z.object({
  entries: z.number(),
  last_seq: z.number().nullable(),
  last_hash: z.string().nullable(),
  broken_seq: z.number().nullable(),
  broken_kind: z.enum(["altered", "missing", "inserted"]).nullable(),
  head_seq: z.number().nullable(),
  head_hash: z.string().nullable(),
  anchored_seq: z.number().nullable(),
});

/** The hash of one entry. */
export const selectAuditHash = (organizationId: string, seq: number): SQL => sql`
  select encode(hash, 'hex') as hash from ${auditLog}
  where organization_id = ${organizationId}::uuid and seq = ${seq}`;

/** Organizations whose audit log moved since it was anchored. */
export const unanchoredOrganizations = (limit: number): SQL => sql`
  select unanchored_organizations(${limit}) as id`;

export const noteAuditAnchor = (seq: number): SQL => sql`select note_audit_anchor(${seq})`;
