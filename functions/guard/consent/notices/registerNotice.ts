import { hexDigest } from "../../../contracts/hexDigest.ts";
import { done, failed, type Outcome } from "../../../contracts/outcome.ts";
import type { Clock, Database } from "../../../contracts/ports.ts";
import type { Problem } from "../../../contracts/problems.ts";
import { utf8 } from "../../../contracts/utf8.ts";
import type { Actor } from "../../identity/actor.ts";
import { storageProblem } from "../../identity/storageProblem.ts";
import { appendAudit } from "../../identity/store.ts";
import { noticeOf } from "./readNotices.ts";
import type { Notice, RegisterNoticeRequest } from "./schema.ts";
import { noticeRowSchema, selectNotice, writeNotice } from "./store.ts";

/**
 * Registers what people are shown before they consent. A version is written once: the same again is answered
 * with what is there, another text or language is a `conflict`.
 */
export async function registerNotice(
  organizationId: string,
  version: string,
  request: RegisterNoticeRequest,
  actor: Actor,
  { clock, database }: { readonly clock: Clock; readonly database: Database },
): Promise<Outcome<Notice, Problem>> {
  const hash = await hexDigest(utf8(request.text));
  const { language, text } = request;
  const notice = { organizationId, version, language, text, hash, actor: actor.id };
  const entry = appendAudit(actor.id, "notice.register", version, { language, hash });
  const written = await database.forOrg(organizationId, [
    writeNotice({ ...notice, createdAt: new Date(clock.now()).toISOString() }, entry),
    selectNotice(organizationId, version),
  ]);
  if (!written.ok) return failed(storageProblem(written.failure));
  const row = noticeRowSchema.parse(written.value[1]?.[0]);
  if (row.text === text && row.language === language) return done(noticeOf(row));
  return failed({ code: "conflict", detail: "This version of the notice is written; use a new version." });
}
