import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { PNG_END, pngChunk, pngHead } from "../local/pngChunks.ts";

const SIDE_MIN_PIXELS = 32;
const CHUNK_FRAME_BYTES = 12;
/** A text chunk holds at least its keyword's one letter and the zero byte behind it. */
const TEXT_MIN_BYTES = CHUNK_FRAME_BYTES + 2;

/** The same bytes on every machine, and none that a compressor could shorten. */
const noise = (lengthBytes: number): Buffer =>
  createHash("shake256", { outputLength: Math.max(1, lengthBytes) })
    .update("headgate")
    .digest()
    .subarray(0, lengthBytes);

/**
 * A valid PNG of exactly `sizeBytes`: as many rows of noise as fit, black below, and a text chunk that fills
 * up the rest. Throws where the size is too small for any PNG of 32 × 32 pixels.
 */
export function noisePng(sizeBytes: number): Buffer {
  const side = Math.max(SIDE_MIN_PIXELS, Math.ceil(Math.sqrt(sizeBytes / 3)));
  const head = pngHead(side);
  const rowBytes = 1 + 3 * side;
  for (let noisyRows = side; noisyRows >= 0; noisyRows -= 1) {
    const rows = Array.from({ length: side }, (_, row) =>
      row < noisyRows ? Buffer.concat([Buffer.alloc(1), noise(rowBytes - 1)]) : Buffer.alloc(rowBytes),
    );
    const pixels = pngChunk("IDAT", deflateSync(Buffer.concat(rows), { level: noisyRows === 0 ? 9 : 0 }));
    const restBytes = sizeBytes - head.length - pixels.length - PNG_END.length;
    if (restBytes < TEXT_MIN_BYTES) continue;
    const text = Buffer.alloc(restBytes - CHUNK_FRAME_BYTES, "x");
    text[1] = 0;
    return Buffer.concat([head, pngChunk("tEXt", text), pixels, PNG_END]);
  }
  throw new Error(`No PNG of ${SIDE_MIN_PIXELS} × ${SIDE_MIN_PIXELS} pixels has only ${sizeBytes} bytes.`);
}
