import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import { crc32 } from "../identity/crc32.ts";
import { joinBytes, latinBytes } from "./bytes.ts";
import { type Orientation, readOrientation, writeOrientation } from "./orientation.ts";
import { PNG_SIGNATURE_BYTES, readPngChunk } from "./pngChunks.ts";
import type { StripFailure, StrippedImage } from "./strippedImage.ts";

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
  const data = writeOrientation(orientation);
  const typeAndData = "eXIf" + String.fromCharCode(...data);
  const frame = new Uint8Array(data.length + 12);
  const view = new DataView(frame.buffer);
  view.setUint32(0, data.length);
  frame.set(latinBytes(typeAndData), 4);
  view.setUint32(8 + data.length, crc32(typeAndData));
  return frame;
}
