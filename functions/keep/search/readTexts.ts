import { z } from "zod";
import { done, type Outcome } from "../../contracts/outcome.ts";
import type { Database, DatabaseFailure } from "../../contracts/ports.ts";
import { readPayload } from "../records/payload.ts";
import { payloadsOf } from "./store.ts";

const bodySchema = z.object({ id: z.string(), payload: z.unknown(), payload_gzip: z.string().nullable() });

/** The texts of records, by id. Only for records that may be shown. */
export async function readTexts(
  organizationId: string,
  found: readonly { readonly id: string; readonly created_at_ms: number }[],
  database: Database,
): Promise<Outcome<ReadonlyMap<string, string | null>, DatabaseFailure>> {
  if (found.length === 0) return done(new Map());
  const records = found.map((row) => ({ id: row.id, createdAt: new Date(row.created_at_ms).toISOString() }));
  const answer = await database.forOrg(organizationId, [payloadsOf(organizationId, records)]);
  if (!answer.ok) return answer;
  const texts = await Promise.all(
    (answer.value[0] ?? []).map(async (row) => {
      const { id, payload, payload_gzip } = bodySchema.parse(row);
      return [id, (await readPayload(payload ?? null, payload_gzip))?.instruction ?? null] as const;
    }),
  );
  return done(new Map(texts));
}
