import type { Pixels } from "../../contracts/observations.ts";
import { adler32, crc32 } from "./checksums.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const STORED_BLOCK_MAX_BYTES = 65_535;
const CHANNELS = 3;
const BITS = 8;
const TRUECOLOR = 2;

/**
 * A picture as a PNG (ISO/IEC 15948) whose pixels are stored, not compressed: a robot waits for its answer, and
 * compressing a camera's 224 × 224 pixels takes longer than all else that this gate does. What is kept is 0.2 %
 * larger than the pixels.
 */
export function encodePng({ widthPixels, heightPixels, rgb }: Pixels): Uint8Array<ArrayBuffer> {
  const scanlines = filterNone(rgb, widthPixels * CHANNELS, heightPixels);
  const blocks = Math.max(1, Math.ceil(scanlines.length / STORED_BLOCK_MAX_BYTES));
  const dataBytes = 2 + blocks * 5 + scanlines.length + 4;
  const png = new Uint8Array(SIGNATURE.length + (12 + 13) + (12 + dataBytes) + 12);
  const view = new DataView(png.buffer);
  png.set(SIGNATURE);

  let at = startChunk(png, view, SIGNATURE.length, "IHDR", 13);
  view.setUint32(at, widthPixels);
  view.setUint32(at + 4, heightPixels);
  png.set([BITS, TRUECOLOR, 0, 0, 0], at + 8);
  at = endChunk(png, view, at, 13);

  at = startChunk(png, view, at, "IDAT", dataBytes);
  writeStored(png, view, at, scanlines);
  at = endChunk(png, view, at, dataBytes);

  at = startChunk(png, view, at, "IEND", 0);
  endChunk(png, view, at, 0);
  return png;
}

/** Each row behind the byte that says how it was filtered: not at all. */
function filterNone(rgb: Uint8Array, rowBytes: number, rows: number): Uint8Array {
  const scanlines = new Uint8Array((rowBytes + 1) * rows);
  for (let row = 0; row < rows; row += 1) {
    scanlines.set(rgb.subarray(row * rowBytes, (row + 1) * rowBytes), row * (rowBytes + 1) + 1);
  }
  return scanlines;
}

/** A zlib stream (RFC 1950) of stored blocks (RFC 1951, 3.2.4). */
function writeStored(png: Uint8Array, view: DataView, start: number, data: Uint8Array): void {
  png.set([0x78, 0x01], start);
  let at = start + 2;
  for (let offset = 0; offset < data.length || offset === 0; offset += STORED_BLOCK_MAX_BYTES) {
    const block = data.subarray(offset, offset + STORED_BLOCK_MAX_BYTES);
    png[at] = offset + block.length >= data.length ? 1 : 0;
    view.setUint16(at + 1, block.length, true);
    view.setUint16(at + 3, ~block.length & 0xffff, true);
    png.set(block, at + 5);
    at += 5 + block.length;
  }
  view.setUint32(at, adler32(data));
}

function startChunk(png: Uint8Array, view: DataView, at: number, type: string, lengthBytes: number): number {
  view.setUint32(at, lengthBytes);
  for (let index = 0; index < type.length; index += 1) png[at + 4 + index] = type.charCodeAt(index);
  return at + 8;
}

function endChunk(png: Uint8Array, view: DataView, start: number, lengthBytes: number): number {
  view.setUint32(start + lengthBytes, crc32(png.subarray(start - 4, start + lengthBytes)));
  return start + lengthBytes + 4;
}
