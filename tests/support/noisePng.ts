import { deflateSync } from "node:zlib";
import { PNG_END, pngChunk, pngHead } from "../../local/pngChunks.ts";

const SIZE_PIXELS = 32;

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
  const pixels = pngChunk("IDAT", deflateSync(noiseRows(seed), { level: 0 }));
  return Buffer.concat([pngHead(SIZE_PIXELS), pixels, PNG_END]);
}

/** Bytes in the middle of that picture, found nowhere else. */
export const noiseMark = (seed: number): Buffer => noiseRows(seed).subarray(1000, 1032);
