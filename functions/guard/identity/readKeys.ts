import { fromPublicId, toPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { type KeyRow, keyOf, keyRowSchema, selectKey, selectKeys } from "./keyRow.ts";
import type { Key, KeyList, KeyQuery } from "./schema.ts";
import { storageProblem } from "./storageProblem.ts";

export interface ReadKeysPorts {
  readonly clock: Clock;
  readonly database: Database;
}

/** The row of that public id; another organization's key is `not_found`, like one that never was. */
export async function findKey(
  organizationId: string,
  publicId: string,
  database: Database,
): Promise<Outcome<KeyRow, Problem>> {
  const id = fromPublicId("key", publicId);
  if (id === null) return failed({ code: "not_found" });
  const found = await database.forOrg(organizationId, [selectKey(id)]);
  if (!found.ok) return failed(storageProblem(found.failure));
  const row = found.value[0]?.[0];
  return row === undefined ? failed({ code: "not_found" }) : done(keyRowSchema.parse(row));
}

/** One key of an organization, without its secret. */
export async function readKey(
  organizationId: string,
  publicId: string,
  { clock, database }: ReadKeysPorts,
): Promise<Outcome<Key, Problem>> {
  const found = await findKey(organizationId, publicId, database);
  return found.ok ? done(keyOf(found.value, clock.now())) : found;
}

/** An organization's keys, newest first; the cursor is the last id shown. */
export async function listKeys(
  organizationId: string,
  query: KeyQuery,
  { clock, database }: ReadKeysPorts,
): Promise<Outcome<KeyList, Problem>> {
  const after = query.cursor === undefined ? null : fromPublicId("key", query.cursor);
  if (query.cursor !== undefined && after === null)
    return failed({
      code: "invalid_request",
      errors: [{ pointer: "/cursor", detail: "not a cursor of this list" }],
    });
  const read = await database.forOrg(organizationId, [selectKeys(after, query.limit + 1)]);
  if (!read.ok) return failed(storageProblem(read.failure));
  const rows = (read.value[0] ?? []).map((row) => keyRowSchema.parse(row));
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return done({
    data: shown.map((row) => keyOf(row, clock.now())),
    next_cursor: rows.length > query.limit && last !== undefined ? toPublicId("key", last.id) : null,
  });
}
