import { crc32, deflateSync } from "node:zlib";

const SIZE_PIXELS = 32;
const BLOCK = { from: 20, to: 28 };
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const RGB_8_BIT = Buffer.from([8, 2, 0, 0, 0]);

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

const inBlock = (place: number): boolean => place >= BLOCK.from && place < BLOCK.to;

/** A PNG of 32 × 32 pixels: a red block on gray, below and right of the middle. Small enough for a command line. */
export function samplePng(): Buffer {
  const rows = Array.from({ length: SIZE_PIXELS }, (_, y) => {
    const pixels = Array.from({ length: SIZE_PIXELS }, (_unused, x) =>
      inBlock(x) && inBlock(y) ? [220, 30, 30] : [90, 90, 90],
    );
    return Buffer.from([0, ...pixels.flat()]);
  });
  const header = Buffer.alloc(8);
  header.writeUInt32BE(SIZE_PIXELS, 0);
  header.writeUInt32BE(SIZE_PIXELS, 4);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", Buffer.concat([header, RGB_8_BIT])),
    chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
