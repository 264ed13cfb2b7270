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
  const rowBytes = widthPixels * CHANNELS;
  const blockRows = Math.max(1, Math.floor(STORED_BLOCK_MAX_BYTES / (1 + rowBytes)));
  const blocks = Math.ceil(heightPixels / blockRows);
  const dataBytes = 2 + blocks * 5 + heightPixels * (1 + rowBytes) + 4;
  const png = new Uint8Array(SIGNATURE.length + (12 + 13) + (12 + dataBytes) + 12);
  const view = new DataView(png.buffer);
  png.set(SIGNATURE);

  let at = startChunk(png, view, SIGNATURE.length, "IHDR", 13);
  view.setUint32(at, widthPixels);
  view.setUint32(at + 4, heightPixels);
  png.set([BITS, TRUECOLOR, 0, 0, 0], at + 8);
  at = endChunk(png, view, at, 13);

  at = startChunk(png, view, at, "IDAT", dataBytes);
  writeStored(png, view, at, { rgb, rowBytes, blockRows });
  at = endChunk(png, view, at, dataBytes);

  at = startChunk(png, view, at, "IEND", 0);
  endChunk(png, view, at, 0);
  return png;
}

interface Scanlines {
  readonly rgb: Uint8Array;
  readonly rowBytes: number;
  /** How many rows a stored block takes; none is cut in two. */
  readonly blockRows: number;
}

/**
 * A zlib stream (RFC 1950) of stored blocks (RFC 1951, 3.2.4): the rows, each behind the byte that says how it was
 * filtered, not at all.
 */
function writeStored(png: Uint8Array, view: DataView, start: number, scanlines: Scanlines): void {
  const { rgb, rowBytes, blockRows } = scanlines;
  png.set([0x78, 0x01], start);
  let at = start + 2;
  let sum = 1;
  for (let offset = 0; offset < rgb.length; offset += blockRows * rowBytes) {
    const end = Math.min(rgb.length, offset + blockRows * rowBytes);
    const blockBytes = ((end - offset) / rowBytes) * (1 + rowBytes);
    png[at] = end === rgb.length ? 1 : 0;
    view.setUint16(at + 1, blockBytes, true);
    view.setUint16(at + 3, ~blockBytes & 0xffff, true);
    const block = png.subarray(at + 5, at + 5 + blockBytes);
    for (let row = offset, rowAt = 1; row < end; row += rowBytes, rowAt += 1 + rowBytes)
      block.set(rgb.subarray(row, row + rowBytes), rowAt);
    sum = adler32(block, sum);
    at += 5 + blockBytes;
  }
  view.setUint32(at, sum);
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
