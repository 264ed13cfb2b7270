import { crc32, deflateSync } from "node:zlib";

const SIZE_PIXELS = 32;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** The pixels of `noisePng(seed)`, row after row, each row behind its filter byte. */
function noiseRows(seed: number): Buffer {
  const rows = Buffer.alloc(SIZE_PIXELS * (1 + 3 * SIZE_PIXELS));
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  for (let place = 0; place < rows.length; place += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    rows[place] = place % (1 + 3 * SIZE_PIXELS) === 0 ? 0 : state & 0xff;
  }
  return rows;
}

/**
 * A small PNG unlike any of another seed. Its pixels are stored without compression, so that they can be
 * searched for in any file that holds the picture.
 */
export function noisePng(seed: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE_PIXELS, 0);
  header.writeUInt32BE(SIZE_PIXELS, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(noiseRows(seed), { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Bytes in the middle of that picture, found nowhere else. */
export const noiseMark = (seed: number): Buffer => noiseRows(seed).subarray(1000, 1032);
