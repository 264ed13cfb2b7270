import { failed, type Outcome } from "../../contracts/outcome.ts";
import { startsAsJpeg } from "./jpegSegments.ts";
import { startsAsPng } from "./pngChunks.ts";
import { stripJpeg } from "./stripJpeg.ts";
import { stripPng } from "./stripPng.ts";
import type { StripFailure, StrippedImage } from "./strippedImage.ts";
import { stripWebp } from "./stripWebp.ts";
import { startsAsWebp } from "./webpChunks.ts";

/**
 * Takes everything out of an image that is not needed to show its pixels: a list of what stays, so that what
 * is unknown goes. Lossless: the coded pixels are the same bytes. Color profiles stay; EXIF, XMP, IPTC,
 * comments, thumbnails, timestamps and whatever follows the image's end do not. Never throws; an image that
 * is cut off or out of order fails instead of being kept in part. Words painted into the pixels, or bytes
 * hidden inside the coded data, are not metadata and stay.
 */
export function stripImageMetadata(bytes: Uint8Array): Outcome<StrippedImage, StripFailure> {
  if (startsAsJpeg(bytes)) return stripJpeg(bytes);
  if (startsAsPng(bytes)) return stripPng(bytes);
  if (startsAsWebp(bytes)) return stripWebp(bytes);
  return failed("unsupported_format");
}
