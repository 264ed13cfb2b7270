import { z } from "zod";
import { utf8 } from "../../contracts/utf8.ts";

/** What one camera saw, encoded. */
export interface CameraPicture {
  readonly camera: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What says that several cameras wait as one; else the type is that of the primary camera's picture. */
export const CAMERA_BUNDLE_TYPE = "application/vnd.headgate.cameras";

const MARK = utf8("HGC1");
const HEAD_BYTES = MARK.byteLength + 4;
const CAMERAS_MAX = 64;

const indexSchema = z
  .array(z.strictObject({ camera: z.string().min(1), lengthBytes: z.number().int().min(1) }))
  .min(1)
  .max(CAMERAS_MAX)
  .refine((entries) => new Set(entries.map(({ camera }) => camera)).size === entries.length);

/**
 * Pictures of several cameras as one piece, so that they are encrypted, wait and are dropped together: the mark
 * `HGC1`, the length of the index in four bytes (little-endian), the index as JSON, then the pictures one after
 * another in its order.
 */
export function bundleCameras(cameras: readonly CameraPicture[]): Uint8Array<ArrayBuffer> {
  const index = utf8(
    JSON.stringify(cameras.map(({ camera, bytes }) => ({ camera, lengthBytes: bytes.length }))),
  );
  const picturesBytes = cameras.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const bundle = new Uint8Array(HEAD_BYTES + index.length + picturesBytes);
  bundle.set(MARK);
  new DataView(bundle.buffer).setUint32(MARK.byteLength, index.length, true);
  bundle.set(index, HEAD_BYTES);
  let at = HEAD_BYTES + index.length;
  for (const { bytes } of cameras) {
    bundle.set(bytes, at);
    at += bytes.length;
  }
  return bundle;
}

/** Reads a bundle back, its pictures as views of it; null where it is none. Never throws, whatever the bytes. */
export function readCameraBundle(bundle: Uint8Array<ArrayBuffer>): CameraPicture[] | null {
  if (bundle.length < HEAD_BYTES || MARK.some((byte, at) => bundle[at] !== byte)) return null;
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.length);
  const picturesAt = HEAD_BYTES + view.getUint32(MARK.byteLength, true);
  const index = readIndex(bundle.subarray(HEAD_BYTES, picturesAt));
  if (index === null) return null;
  let at = picturesAt;
  const cameras = index.map(({ camera, lengthBytes }) => {
    const bytes = bundle.subarray(at, at + lengthBytes);
    at += lengthBytes;
    return { camera, bytes };
  });
  return at === bundle.length ? cameras : null;
}

function readIndex(bytes: Uint8Array): z.infer<typeof indexSchema> | null {
  try {
    const parsed = indexSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
