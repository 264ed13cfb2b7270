import { z } from "zod";
import { toBase64 } from "../../contracts/base64.ts";
import { PRIMARY_CAMERA } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { ObjectStore } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { type ListedCameras, listedCamerasSchema } from "./cameras.ts";

/** The columns of a row that say where its pictures lie. */
export const imageColumnsSchema = z.object({
  image_key: z.string().nullable(),
  image_offset_bytes: z.number().nullable(),
  image_length_bytes: z.number().nullable(),
  image_content_type: z.string().nullable(),
  image_cameras: listedCamerasSchema.nullable(),
});
type ImageColumns = z.infer<typeof imageColumnsSchema>;

/** Where the pictures of a row lie, the primary camera's first; none where none is stored. */
export function camerasOf(row: ImageColumns): ListedCameras {
  const { image_key, image_offset_bytes, image_length_bytes, image_content_type, image_cameras } = row;
  if (image_key === null || image_offset_bytes === null || image_length_bytes === null) return [];
  const primary = {
    camera: PRIMARY_CAMERA,
    offset_bytes: image_offset_bytes,
    length_bytes: image_length_bytes,
    content_type: image_content_type ?? "application/octet-stream",
  };
  return image_cameras ?? [primary];
}

/** These pictures of a row as data URLs by camera, with one read: a row's frames stand side by side in their pack. */
export async function readImages(
  { image_key }: Pick<ImageColumns, "image_key">,
  cameras: ListedCameras,
  objectStore: ObjectStore,
): Promise<Outcome<ReadonlyMap<string, string>, Problem>> {
  if (image_key === null || cameras.length === 0) return done(new Map());
  const startBytes = Math.min(...cameras.map(({ offset_bytes }) => offset_bytes));
  const endBytes = Math.max(...cameras.map(({ offset_bytes, length_bytes }) => offset_bytes + length_bytes));
  const range = { offsetBytes: startBytes, lengthBytes: endBytes - startBytes };
  const frames = await objectStore.get(image_key, range);
  if (!frames.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 2 });
  const { value } = frames;
  if (value === null) return done(new Map());
  return done(
    new Map(
      cameras.map(({ camera, offset_bytes, length_bytes, content_type }) => {
        const at = offset_bytes - startBytes;
        const picture = value.subarray(at, at + length_bytes);
        return [camera, `data:${content_type};base64,${toBase64(picture)}`];
      }),
    ),
  );
}
