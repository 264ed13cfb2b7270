import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const RGB_8_BIT = Buffer.from([8, 2, 0, 0, 0]);
const SIDE_MIN_PIXELS = 32;
const CHUNK_FRAME_BYTES = 12;
/** A text chunk holds at least its keyword's one letter and the zero byte behind it. */
const TEXT_MIN_BYTES = CHUNK_FRAME_BYTES + 2;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

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
  const header = Buffer.alloc(8);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  const head = Buffer.concat([SIGNATURE, chunk("IHDR", Buffer.concat([header, RGB_8_BIT]))]);
  const end = chunk("IEND", Buffer.alloc(0));
  const rowBytes = 1 + 3 * side;
  for (let noisyRows = side; noisyRows >= 0; noisyRows -= 1) {
    const rows = Array.from({ length: side }, (_, row) =>
      row < noisyRows ? Buffer.concat([Buffer.alloc(1), noise(rowBytes - 1)]) : Buffer.alloc(rowBytes),
    );
    const pixels = chunk("IDAT", deflateSync(Buffer.concat(rows), { level: noisyRows === 0 ? 9 : 0 }));
    const restBytes = sizeBytes - head.length - pixels.length - end.length;
    if (restBytes < TEXT_MIN_BYTES) continue;
    const text = Buffer.alloc(restBytes - CHUNK_FRAME_BYTES, "x");
    text[1] = 0;
    return Buffer.concat([head, chunk("tEXt", text), pixels, end]);
  }
  throw new Error(`No PNG of ${SIDE_MIN_PIXELS} × ${SIDE_MIN_PIXELS} pixels has only ${sizeBytes} bytes.`);
}
