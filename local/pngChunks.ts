import { crc32 } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const RGB_8_BIT = [8, 2, 0, 0, 0];

/** One chunk of a PNG: length, type, data, checksum (PNG specification, 5.3). */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** Signature and header of a square PNG of 8-bit RGB. */
export function pngHead(sidePixels: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sidePixels, 0);
  header.writeUInt32BE(sidePixels, 4);
  header.set(RGB_8_BIT, 8);
  return Buffer.concat([SIGNATURE, pngChunk("IHDR", header)]);
}

/** What closes every PNG. */
export const PNG_END = pngChunk("IEND", Buffer.alloc(0));
