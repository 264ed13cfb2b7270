import { sql } from "drizzle-orm";
import { z } from "zod";
import { inferenceBodies } from "../../../drizzle/keep.ts";
import { toBase64 } from "../../contracts/base64.ts";
import { fromPublicId, uuidTimeMs } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database, ObjectStore } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { fromInferences, inferenceColumns, inferenceOf, inferenceRowSchema } from "./inferenceRow.ts";
import { readPayload } from "./payload.ts";
import type { InferenceDetail } from "./schema.ts";

const detailRowSchema = inferenceRowSchema.extend({
  payload: z.unknown(),
  payload_gzip: z.string().nullable(),
  image_key: z.string().nullable(),
  image_offset_bytes: z.number().nullable(),
  image_length_bytes: z.number().nullable(),
  image_content_type: z.string().nullable(),
});
type DetailRow = z.infer<typeof detailRowSchema>;

async function readImage(row: DetailRow, objectStore: ObjectStore): Promise<Outcome<string | null, Problem>> {
  const { image_key, image_offset_bytes, image_length_bytes, image_content_type } = row;
  if (image_key === null || image_offset_bytes === null || image_length_bytes === null) return done(null);
  const range = { offsetBytes: image_offset_bytes, lengthBytes: image_length_bytes };
  const image = await objectStore.get(image_key, range);
  if (!image.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 2 });
  return done(
    image.value === null
      ? null
      : `data:${image_content_type ?? "application/octet-stream"};base64,${toBase64(image.value)}`,
  );
}

/** One exchange with all that was kept of it. Another organization's is not found, like one that never was. */
export async function readInference(
  organizationId: string,
  publicId: string,
  withImage: boolean,
  ports: { database: Database; objectStore: ObjectStore },
): Promise<Outcome<InferenceDetail, Problem>> {
  const id = fromPublicId("inference", publicId);
  if (id === null) return failed({ code: "not_found" });
  const createdAt = new Date(uuidTimeMs(id)).toISOString();
  const answer = await ports.database.forOrg(organizationId, [
    sql`select ${inferenceColumns}, b.payload, encode(b.payload_gzip, 'base64') as payload_gzip,
          i.image_key, i.image_offset_bytes, i.image_length_bytes, i.image_content_type
        ${fromInferences} left join ${inferenceBodies} b on b.id = i.id and b.created_at = i.created_at
        where i.organization_id = ${organizationId} and i.id = ${id} and i.created_at = ${createdAt}::timestamptz`,
  ]);
  if (!answer.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 2 });
  const found = answer.value[0]?.[0];
  if (found === undefined) return failed({ code: "not_found" });

  const row = detailRowSchema.parse(found);
  const payload = await readPayload(row.payload ?? null, row.payload_gzip);
  const image = withImage ? await readImage(row, ports.objectStore) : done(null);
  if (!image.ok) return image;
  return done({
    ...inferenceOf(row),
    instruction: payload?.instruction ?? null,
    actions: payload?.actions ?? null,
    state: payload?.state ?? null,
    safety_checks: payload?.safety_checks ?? null,
    image_data: image.value,
  });
}
