import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import { asciiBytes, joinBytes } from "./bytes.ts";
import { type Orientation, readOrientation, writeOrientation } from "./orientation.ts";
import { PNG_SIGNATURE_BYTES, readPngChunk } from "./pngChunks.ts";
import type { StripFailure, StrippedImage } from "./stripImageMetadata.ts";

const KEPT: ReadonlySet<string> = new Set([
  "IHDR",
  "PLTE",
  "IDAT",
  "IEND",
  "iCCP",
  "sRGB",
  "gAMA",
  "cHRM",
  "cICP",
  "pHYs",
  "tRNS",
  "sBIT",
]);

/** A chunk whose first letter is a capital is one that a decoder must understand. */
const isCritical = (type: string): boolean => type < "a";

/** Keeps of a PNG the header, palette, pixels, transparency and color chunks. */
export function stripPng(bytes: Uint8Array): Outcome<StrippedImage, StripFailure> {
  const kept: Uint8Array[] = [bytes.subarray(0, PNG_SIGNATURE_BYTES)];
  let orientation: Orientation = 1;
  let headerEnd = 0;
  let hasPixels = false;
  for (let chunk = readPngChunk(bytes, PNG_SIGNATURE_BYTES); chunk; chunk = readPngChunk(bytes, chunk.end)) {
    const { type, start, dataStart, dataEnd, end } = chunk;
    if ((kept.length === 1) !== (type === "IHDR")) return failed("broken");
    if (type === "acTL") return failed("animated");
    if (type === "IHDR") headerEnd = end;
    if (type === "eXIf") orientation = readOrientation(bytes.subarray(dataStart, dataEnd));
    if (type === "IDAT") hasPixels = true;
    if (KEPT.has(type)) kept.push(bytes.subarray(start, end));
    else if (isCritical(type)) return failed("broken");
    if (type !== "IEND") continue;
    if (!hasPixels || dataEnd !== dataStart || headerEnd === 0) return failed("broken");
    if (orientation !== 1) kept.splice(2, 0, exifChunk(orientation));
    return done({ bytes: joinBytes(kept), contentType: "image/png", orientation });
  }
  return failed("broken");
}

function exifChunk(orientation: Orientation): Uint8Array {
  const body = joinBytes([asciiBytes("eXIf"), writeOrientation(orientation)]);
  const frame = new Uint8Array(body.length + 8);
  const view = new DataView(frame.buffer);
  view.setUint32(0, body.length - 4);
  frame.set(body, 4);
  view.setUint32(body.length + 4, crc32(body));
  return frame;
}

/** CRC-32 as PNG has it (third edition, annex D), bit by bit: it runs over thirty bytes, rarely. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
