import { deflateSync } from "node:zlib";
import { PNG_END, pngChunk, pngHead } from "./pngChunks.ts";

const SIZE_PIXELS = 32;
const BLOCK = { from: 20, to: 28 };

const inBlock = (place: number): boolean => place >= BLOCK.from && place < BLOCK.to;

/** A PNG of 32 × 32 pixels: a red block on gray, below and right of the middle. Small enough for a command line. */
export function samplePng(): Buffer {
  const rows = Array.from({ length: SIZE_PIXELS }, (_, y) => {
    const pixels = Array.from({ length: SIZE_PIXELS }, (_unused, x) =>
      inBlock(x) && inBlock(y) ? [220, 30, 30] : [90, 90, 90],
    );
    return Buffer.from([0, ...pixels.flat()]);
  });
  const pixels = pngChunk("IDAT", deflateSync(Buffer.concat(rows), { level: 9 }));
  return Buffer.concat([pngHead(SIZE_PIXELS), pixels, PNG_END]);
}
