import type { z } from "zod";
import { done, failed, type Outcome } from "../../../contracts/outcome.ts";
import type { Database } from "../../../contracts/ports.ts";
import type { Problem } from "../../../contracts/problems.ts";
import { storageProblem } from "../../identity/storageProblem.ts";
import type { Notice, NoticeList, NoticeQuery } from "./schema.ts";
import { noticeHeadRowSchema, noticeRowSchema, selectNotice, selectNotices } from "./store.ts";

type HeadRow = z.infer<typeof noticeHeadRowSchema>;

const headOf = ({ version, language, hash, created_at_ms }: HeadRow): NoticeList["data"][number] => ({
  version,
  language,
  hash,
  created_at: new Date(created_at_ms).toISOString(),
});

/** A row as the API says it. */
export const noticeOf = (row: z.infer<typeof noticeRowSchema>): Notice => ({
  ...headOf(row),
  text: row.text,
});

/** One notice with its text. */
export async function readNotice(
  organizationId: string,
  version: string,
  database: Database,
): Promise<Outcome<Notice, Problem>> {
  const read = await database.forOrg(organizationId, [selectNotice(organizationId, version)]);
  if (!read.ok) return failed(storageProblem(read.failure));
  const row = read.value[0]?.[0];
  return row === undefined ? failed({ code: "not_found" }) : done(noticeOf(noticeRowSchema.parse(row)));
}

/** An organization's notices, newest first, without their texts. */
export async function listNotices(
  organizationId: string,
  query: NoticeQuery,
  database: Database,
): Promise<Outcome<NoticeList, Problem>> {
  const read = await database.forOrg(organizationId, [selectNotices(organizationId, query)]);
  if (!read.ok) return failed(storageProblem(read.failure));
  const rows = (read.value[0] ?? []).map((row) => noticeHeadRowSchema.parse(row));
  const data = rows.slice(0, query.limit).map(headOf);
  return done({ data, next_cursor: rows.length > query.limit ? (data.at(-1)?.version ?? null) : null });
}
