import { JPEG, readJpegSegment, startsAsJpeg } from "../privacy/jpegSegments.ts";
import { PNG_SIGNATURE_BYTES, readPngChunk, startsAsPng } from "../privacy/pngChunks.ts";
import {
  readWebpChunk,
  startsAsWebp,
  VP8X,
  WEBP_HEADER_BYTES,
  type WebpChunk,
} from "../privacy/webpChunks.ts";

/** What an image says of itself before its pixels. */
export interface ImageHeader {
  readonly format: "jpeg" | "png" | "webp";
  readonly widthPixels: number;
  readonly heightPixels: number;
  readonly animated: boolean;
}

export interface ImageHeaderFailure {
  readonly failure: "unsupported_format" | "truncated_header";
}

const TRUNCATED: ImageHeaderFailure = { failure: "truncated_header" };

/**
 * Reads format, size and animation of a JPEG, PNG or WebP without decoding it. Judges by the bytes alone,
 * never by a declared type; never throws, whatever the bytes.
 */
export function imageHeader(bytes: Uint8Array): ImageHeader | ImageHeaderFailure {
  if (startsAsJpeg(bytes)) return jpegHeader(bytes);
  if (startsAsPng(bytes)) return pngHeader(bytes);
  if (startsAsWebp(bytes)) return webpHeader(bytes);
  return { failure: "unsupported_format" };
}

function sized(
  format: ImageHeader["format"],
  widthPixels: number,
  heightPixels: number,
  animated: boolean,
): ImageHeader | ImageHeaderFailure {
  // A height of 0 is how JPEG says "later": nothing to size a buffer by.
  if (widthPixels < 1 || heightPixels < 1) return TRUNCATED;
  return { format, widthPixels, heightPixels, animated };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Start-of-frame markers are 0xC0 to 0xCF without DHT, JPG and DAC (ITU-T T.81, table B.1). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function jpegHeader(bytes: Uint8Array): ImageHeader | ImageHeaderFailure {
  let segment = readJpegSegment(bytes, 2);
  while (segment && segment.marker !== JPEG.SCAN && segment.marker !== JPEG.END) {
    if (isFrame(segment.marker)) {
      if (segment.end - segment.dataStart < 6) return TRUNCATED;
      const view = viewOf(bytes);
      const height = view.getUint16(segment.dataStart + 1);
      return sized("jpeg", view.getUint16(segment.dataStart + 3), height, false);
    }
    segment = readJpegSegment(bytes, segment.end);
  }
  return TRUNCATED;
}

function pngHeader(bytes: Uint8Array): ImageHeader | ImageHeaderFailure {
  const header = readPngChunk(bytes, PNG_SIGNATURE_BYTES);
  if (header?.type !== "IHDR" || header.dataEnd - header.dataStart !== 13) return TRUNCATED;
  const view = viewOf(bytes);
  const size = [view.getUint32(header.dataStart), view.getUint32(header.dataStart + 4)] as const;
  // An animation announces itself before the first pixels.
  let chunk = readPngChunk(bytes, header.end);
  while (chunk && chunk.type !== "IDAT" && chunk.type !== "acTL") chunk = readPngChunk(bytes, chunk.end);
  return sized("png", ...size, chunk?.type === "acTL");
}

function webpHeader(bytes: Uint8Array): ImageHeader | ImageHeaderFailure {
  const chunk = readWebpChunk(bytes, WEBP_HEADER_BYTES);
  if (!chunk) return TRUNCATED;
  if (chunk.type === "VP8X") return webpExtended(bytes, chunk);
  if (chunk.type === "VP8 ") return webpLossy(bytes, chunk);
  return chunk.type === "VP8L" ? webpLossless(bytes, chunk) : TRUNCATED;
}

function webpExtended(bytes: Uint8Array, chunk: WebpChunk): ImageHeader | ImageHeaderFailure {
  if (chunk.dataEnd - chunk.dataStart < 10) return TRUNCATED;
  const view = viewOf(bytes);
  const uint24 = (offset: number) => view.getUint16(offset, true) + view.getUint8(offset + 2) * 0x10000;
  const animated = (view.getUint8(chunk.dataStart) & VP8X.ANIMATION) !== 0;
  return sized("webp", uint24(chunk.dataStart + 4) + 1, uint24(chunk.dataStart + 7) + 1, animated);
}

/** A key frame of VP8 (RFC 6386, 9.1): frame tag, start code, then 14 bits each of width and height. */
function webpLossy(bytes: Uint8Array, chunk: WebpChunk): ImageHeader | ImageHeaderFailure {
  if (chunk.dataEnd - chunk.dataStart < 10) return TRUNCATED;
  const view = viewOf(bytes);
  const at = chunk.dataStart;
  const keyFrame = (view.getUint8(at) & 1) === 0;
  if (!keyFrame || view.getUint16(at + 3) !== 0x9d01 || view.getUint8(at + 5) !== 0x2a) return TRUNCATED;
  return sized("webp", view.getUint16(at + 6, true) & 0x3fff, view.getUint16(at + 8, true) & 0x3fff, false);
}

function webpLossless(bytes: Uint8Array, chunk: WebpChunk): ImageHeader | ImageHeaderFailure {
  if (chunk.dataEnd - chunk.dataStart < 5 || bytes[chunk.dataStart] !== 0x2f) return TRUNCATED;
  const bits = viewOf(bytes).getUint32(chunk.dataStart + 1, true);
  return sized("webp", (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1, false);
}
