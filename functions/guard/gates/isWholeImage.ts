import { JPEG, readJpegSegment } from "../privacy/jpegSegments.ts";
import { PNG_SIGNATURE_BYTES, readPngChunk } from "../privacy/pngChunks.ts";
import type { ImageHeader } from "./imageHeader.ts";

/**
 * Whether a file whose header was read also holds its end: JPEG's end marker behind the first scan, PNG's last
 * chunk, the length that WebP announces. Decodes nothing; of a whole file it reads the frame and a few bytes.
 */
export function isWholeImage(bytes: Uint8Array, format: ImageHeader["format"]): boolean {
  switch (format) {
    case "jpeg":
      return isWholeJpeg(bytes);
    case "png":
      return isWholePng(bytes);
    case "webp":
      return isWholeWebp(bytes);
  }
}

/** Inside a scan 0xFF 0xD9 never stands for pixels; before it, a thumbnail may have an end of its own. */
function isWholeJpeg(bytes: Uint8Array): boolean {
  let segment = readJpegSegment(bytes, 2);
  while (segment && segment.marker !== JPEG.SCAN) segment = readJpegSegment(bytes, segment.end);
  if (!segment) return false;
  // Cameras pad their frames, so the marker need not be the last; it is searched from the end.
  let at = bytes.lastIndexOf(JPEG.END);
  while (at > segment.end && bytes[at - 1] !== 0xff) at = bytes.lastIndexOf(JPEG.END, at - 1);
  return at > segment.end;
}

function isWholePng(bytes: Uint8Array): boolean {
  let chunk = readPngChunk(bytes, PNG_SIGNATURE_BYTES);
  while (chunk && chunk.type !== "IEND") chunk = readPngChunk(bytes, chunk.end);
  return chunk !== null;
}

/** RIFF counts the bytes behind its first eight. */
function isWholeWebp(bytes: Uint8Array): boolean {
  const announced = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(4, true);
  return announced + 8 <= bytes.length;
}
