import sharp from "sharp";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { Preprocess } from "../repository/modelContract.ts";

// One thread per picture: the workers are the parallelism. No cache: no two pictures are alike.
sharp.concurrency(1);
sharp.cache(false);

export type ImageFormat = "jpeg" | "png" | "webp";

const startsWith = (bytes: Uint8Array, signature: readonly number[], offset = 0): boolean =>
  signature.every((byte, index) => bytes[offset + index] === byte);

/** The format that the first bytes announce, or null: the decoder knows more formats than callers may reach. */
export const recognizeFormat = (bytes: Uint8Array): ImageFormat | null => {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return "jpeg";
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "png";
  if (startsWith(bytes, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes, [0x57, 0x45, 0x42, 0x50], 8))
    return "webp";
  return null;
};

/** Pixels that came as a binary PPM: three bytes each, as they are. */
interface RawPixels {
  readonly rgb: Uint8Array;
  readonly raw: { readonly width: number; readonly height: number; readonly channels: 3 };
}

const PPM_HEADER = /^P6\s(\d{1,5})\s(\d{1,5})\s255\s/;
const PPM_HEADER_MAX_BYTES = 24;

/** Reads a binary PPM (Netpbm, `P6`, 8 bits, no comments); null where it is none, or as long as another picture. */
const readPpm = (bytes: Uint8Array): RawPixels | null => {
  const start = Buffer.from(bytes.subarray(0, PPM_HEADER_MAX_BYTES)).toString("latin1");
  const [header = "", width = "0", height = "0"] = PPM_HEADER.exec(start) ?? [];
  const rgb = bytes.subarray(header.length);
  const raw = { width: Number(width), height: Number(height), channels: 3 } as const;
  return header !== "" && rgb.length > 0 && rgb.length === raw.width * raw.height * 3 ? { rgb, raw } : null;
};

export type ImageShape = Extract<Preprocess, { kind: "image" }>;

/**
 * Decodes an encoded JPEG, PNG or WebP, or a PPM, into interleaved sRGB bytes of the wanted size, upright as its EXIF
 * orientation says. `contain` keeps the aspect and pads with black, transparent where there are four channels; `fill` stretches. Decoding
 * runs on libvips' own threads. Fails on other formats, on broken data, and on pictures of more than
 * `maxPixels` before they are decoded.
 */
export const decodeImage = async (
  bytes: Uint8Array,
  shape: ImageShape,
  maxPixels: number,
): Promise<Outcome<Uint8Array>> => {
  const ppm = readPpm(bytes);
  if (ppm === null && recognizeFormat(bytes) === null)
    return refuse(400, "The image is not a JPEG, PNG or WebP, nor a PPM of 8 bits.");
  const limits = { limitInputPixels: maxPixels, failOn: "error", pages: 1 } as const;
  try {
    const upright = (ppm === null ? sharp(bytes, limits) : sharp(ppm.rgb, { ...limits, raw: ppm.raw }))
      .autoOrient()
      .toColorspace("srgb")
      .resize(shape.width_px, shape.height_px, {
        fit: shape.fit,
        kernel: shape.kernel ?? "lanczos3",
        background: { r: 0, g: 0, b: 0, alpha: shape.channels === 4 ? 0 : 1 },
      });
    const pixels = shape.channels === 4 ? upright.ensureAlpha() : upright.flatten();
    return done(await pixels.raw().toBuffer());
  } catch (error) {
    // libvips says what is wrong with the picture, over several lines; the first is enough.
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "";
    return refuse(400, `The image cannot be decoded: ${reason.slice(0, 200)}`);
  }
};
