import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import { joinBytes, latinBytes, spells } from "./bytes.ts";
import { type Orientation, readOrientation, writeOrientation } from "./orientation.ts";
import type { StripFailure, StrippedImage } from "./strippedImage.ts";
import { readWebpChunk, VP8X, WEBP_HEADER_BYTES, type WebpChunk, webpEnd } from "./webpChunks.ts";

const KEPT: ReadonlySet<string> = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ICCP"]);
const VP8X_BYTES = 10;

/** Keeps of a WebP the pixels, transparency, color profile and the canvas, whose flags it corrects. */
export function stripWebp(bytes: Uint8Array): Outcome<StrippedImage, StripFailure> {
  const container = bytes.subarray(0, Math.min(bytes.length, webpEnd(bytes)));
  const chunks: WebpChunk[] = [];
  for (let offset = WEBP_HEADER_BYTES; offset < container.length; ) {
    const chunk = readWebpChunk(container, offset);
    if (!chunk) return failed("broken");
    if (chunk.type === "ANIM" || chunk.type === "ANMF") return failed("animated");
    chunks.push(chunk);
    offset = chunk.end;
  }
  const data = (chunk: WebpChunk) => container.subarray(chunk.dataStart, chunk.dataEnd);
  if (!chunks.some(({ type }) => type === "VP8 " || type === "VP8L")) return failed("broken");
  if (webpEnd(bytes) > bytes.length + 1) return failed("broken");
  const exif = chunks.find(({ type }) => type === "EXIF");
  const orientation = exif && chunks[0]?.type === "VP8X" ? orientationOf(data(exif)) : 1;
  const parts: Uint8Array[] = [];
  for (const chunk of chunks.filter(({ type }) => KEPT.has(type))) {
    const kept = chunk.type === "VP8X" ? canvas(data(chunk), orientation) : data(chunk);
    if (!kept) return failed("broken");
    parts.push(webpChunk(chunk.type, kept));
  }
  if (orientation !== 1) parts.push(webpChunk("EXIF", writeOrientation(orientation)));
  return done({ bytes: riff(parts), contentType: "image/webp", orientation });
}

/** Some writers put JPEG's head before the TIFF block. */
const orientationOf = (exif: Uint8Array): Orientation =>
  readOrientation(spells(exif, 0, "Exif\0\0") ? exif.subarray(6) : exif);

/** A VP8X payload that announces what is left: profile and alpha, an EXIF chunk only where we write one. */
function canvas(payload: Uint8Array, orientation: Orientation): Uint8Array | null {
  const [flags] = payload;
  if (flags === undefined || payload.length < VP8X_BYTES) return null;
  const clean = new Uint8Array(VP8X_BYTES);
  clean.set(payload.subarray(4, VP8X_BYTES), 4);
  clean[0] = (flags & (VP8X.ICC | VP8X.ALPHA)) | (orientation === 1 ? 0 : VP8X.EXIF);
  return clean;
}

function webpChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(8 + data.length + (data.length % 2));
  chunk.set(latinBytes(type));
  new DataView(chunk.buffer).setUint32(4, data.length, true);
  chunk.set(data, 8);
  return chunk;
}

function riff(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = joinBytes([latinBytes("RIFF\0\0\0\0WEBP"), ...chunks]);
  new DataView(body.buffer).setUint32(4, body.length - 8, true);
  return body;
}
