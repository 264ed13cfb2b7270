import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { consentNotices } from "../../../../drizzle/guard.ts";
import type { NoticeQuery } from "./schema.ts";

export interface NewNotice {
  readonly organizationId: string;
  readonly version: string;
  readonly language: string;
  readonly text: string;
  readonly hash: string;
  readonly actor: string;
  readonly createdAt: string;
}

/** Writes a notice once, and its audit entry with it; a version that exists stays as it is. */
export const writeNotice = (notice: NewNotice, entry: SQL): SQL => sql`
  with written as (
    insert into ${consentNotices} (organization_id, version, language, text, hash, actor_key_id, created_at)
    values (${notice.organizationId}::uuid, ${notice.version}, ${notice.language}, ${notice.text}, ${notice.hash},
      ${notice.actor}, ${notice.createdAt}::timestamptz)
    on conflict do nothing
    returning version
  )
  ${entry} from written`;

const HEAD = sql`version, language, hash, floor(extract(epoch from created_at) * 1000)::float8 as created_at_ms`;

export const selectNotice = (organizationId: string, version: string): SQL => sql`
  select ${HEAD}, text from ${consentNotices}
  where organization_id = ${organizationId}::uuid and version = ${version}`;

/** One notice more than was asked for tells whether there is a next page; the cursor is the last version shown. */
export const selectNotices = (organizationId: string, { cursor, limit }: NoticeQuery): SQL => sql`
  select ${HEAD} from ${consentNotices}
  where organization_id = ${organizationId}::uuid and (${cursor ?? null}::text is null
    or (created_at, version) < (select last.created_at, last.version from ${consentNotices} last
      where last.organization_id = ${organizationId}::uuid and last.version = ${cursor ?? null}::text))
  order by created_at desc, version desc limit ${limit + 1}`;

export const noticeHeadRowSchema = z.object({
  version: z.string(),
  language: z.string(),
  hash: z.string(),
  created_at_ms: z.number(),
});
export const noticeRowSchema = noticeHeadRowSchema.extend({ text: z.string() });
