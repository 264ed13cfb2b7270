import { z } from "zod";
import { PRIMARY_CAMERA } from "../../contracts/observations.ts";

/** Where one camera's picture lies in the object of its row. */
export interface CameraPlace {
  readonly camera: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly contentType: string;
}

/** `inferences.image_cameras`: a list, the primary camera first. */
export const listedCamerasSchema = z.array(
  z.object({
    camera: z.string(),
    offset_bytes: z.number(),
    length_bytes: z.number(),
    content_type: z.string(),
  }),
);
export type ListedCameras = z.infer<typeof listedCamerasSchema>;

/** The list as a row keeps it; null where the row's own columns say it all: one camera, the primary. */
export function listedCameras(places: readonly CameraPlace[]): ListedCameras | null {
  const alone = places.length === 1 && places[0]?.camera === PRIMARY_CAMERA;
  if (alone) return null;
  return places.map(({ camera, offsetBytes, lengthBytes, contentType }) => ({
    camera,
    offset_bytes: offsetBytes,
    length_bytes: lengthBytes,
    content_type: contentType,
  }));
}
