import { sql } from "drizzle-orm";
import { z } from "zod";
import { embeddingsTextRecords } from "../../../drizzle/embed.ts";
import { imageSignatures, inferenceBodies, textSignatures } from "../../../drizzle/keep.ts";
import { fromPublicId, toPublicId, uuidTimeMs } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database, ObjectStore } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { mayKeep } from "../../contracts/tiers.ts";
import {
  fromInferences,
  inferenceColumns,
  inferenceOf,
  inferenceRowSchema,
  isStillKept,
  readTier,
} from "./inferenceRow.ts";
import { readPayload } from "./payload.ts";
import { camerasOf, imageColumnsSchema, readImages } from "./readImages.ts";
import type { InferenceDetail, InferenceParts } from "./schema.ts";

const detailRowSchema = inferenceRowSchema.extend({
  payload: z.unknown(),
  payload_gzip: z.string().nullable(),
  ...imageColumnsSchema.shape,
  near_text_of: z.string().nullable(),
  near_text_similarity: z.number().nullable(),
  near_image_of: z.string().nullable(),
  near_image_distance: z.number().nullable(),
});
type DetailRow = z.infer<typeof detailRowSchema>;

/** The text's mark names a text: shown is the oldest record that holds it, if one still does. */
const nearColumns = sql`
  (select older.inference_id from ${embeddingsTextRecords} older
    where older.organization_id = i.organization_id and older.text_hash = near_text.near_duplicate_of
    order by older.created_at, older.inference_id limit 1) as near_text_of,
  near_text.similarity as near_text_similarity,
  near_image.near_duplicate_of as near_image_of, near_image.distance as near_image_distance`;

const joinNear = sql`
  left join ${embeddingsTextRecords} own_text on own_text.inference_id = i.id
  left join ${textSignatures} near_text
    on near_text.organization_id = i.organization_id and near_text.text_hash = own_text.text_hash
  left join ${imageSignatures} near_image on near_image.inference_id = i.id`;

function nearDuplicatesOf(row: DetailRow): InferenceDetail["near_duplicates"] {
  const { near_text_of, near_text_similarity, near_image_of, near_image_distance } = row;
  return {
    text:
      near_text_of === null || near_text_similarity === null
        ? null
        : { of: toPublicId("inference", near_text_of), similarity: near_text_similarity },
    image:
      near_image_of === null || near_image_distance === null
        ? null
        : { of: toPublicId("inference", near_image_of), distance: near_image_distance },
  };
}

/**
 * One exchange with all that was kept of it and that the tier which holds now keeps. Another organization's is not
 * found, like one that never was, and like that of a subject who withdrew.
 */
export async function readInference(
  organizationId: string,
  publicId: string,
  include: InferenceParts,
  ports: { database: Database; objectStore: ObjectStore },
): Promise<Outcome<InferenceDetail, Problem>> {
  const id = fromPublicId("inference", publicId);
  if (id === null) return failed({ code: "not_found" });
  const createdAt = new Date(uuidTimeMs(id)).toISOString();
  const answer = await ports.database.forOrg(organizationId, [
    sql`select ${inferenceColumns}, b.payload, encode(b.payload_gzip, 'base64') as payload_gzip,
          i.image_key, i.image_offset_bytes, i.image_length_bytes, i.image_content_type,
          i.image_cameras, ${nearColumns}
        ${fromInferences} left join ${inferenceBodies} b on b.id = i.id and b.created_at = i.created_at ${joinNear}
        where i.organization_id = ${organizationId} and i.id = ${id} and i.created_at = ${createdAt}::timestamptz
          and ${isStillKept}`,
  ]);
  if (!answer.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 2 });
  const found = answer.value[0]?.[0];
  if (found === undefined) return failed({ code: "not_found" });

  const row = detailRowSchema.parse(found);
  const tier = readTier(row);
  const payload = await readPayload(row.payload ?? null, row.payload_gzip);
  const action = mayKeep(tier, "action") ? payload : null;
  const cameras = mayKeep(tier, "image") ? camerasOf(row) : [];
  const asked = include === "images" ? cameras : include === "image" ? cameras.slice(0, 1) : [];
  const images = await readImages(row, asked, ports.objectStore);
  if (!images.ok) return images;
  const near = nearDuplicatesOf(row);
  return done({
    ...inferenceOf(row),
    instruction: mayKeep(tier, "text") ? (payload?.instruction ?? null) : null,
    actions: action?.actions ?? null,
    state: action?.state ?? null,
    safety_checks: action?.safety_checks ?? null,
    near_duplicates: {
      text: mayKeep(tier, "text") ? near.text : null,
      image: mayKeep(tier, "image") ? near.image : null,
    },
    cameras: cameras.map(({ camera }) => camera),
    image_data: include === "image" ? ([...images.value.values()][0] ?? null) : null,
    images_data: include === "images" ? Object.fromEntries(images.value) : null,
  });
}
