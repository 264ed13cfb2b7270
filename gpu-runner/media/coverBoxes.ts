import type { Box } from "./box.ts";
import { CHANNELS, type Picture } from "./openPicture.ts";

/** What lies over a region afterwards: a few even squares, or black. */
export type Cover = "pixelate" | "fill";

/** A region and how coarse its squares are: so many of them along its shorter side. */
export interface CoveredRegion extends Box {
  readonly squares: number;
}

const fill = (pixels: Uint8Array, pictureWidth: number, { leftPx, topPx, widthPx, heightPx }: Box): void => {
  for (let y = topPx; y < topPx + heightPx; y += 1) {
    const row = (y * pictureWidth + leftPx) * CHANNELS;
    pixels.fill(0, row, row + widthPx * CHANNELS);
  }
};

/** Each pixel of a box becomes the mean of the box. */
const flatten = (
  pixels: Uint8Array,
  pictureWidth: number,
  { leftPx, topPx, widthPx, heightPx }: Box,
): void => {
  const count = widthPx * heightPx;
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    let sum = 0;
    for (let y = topPx; y < topPx + heightPx; y += 1) {
      const row = (y * pictureWidth + leftPx) * CHANNELS + channel;
      for (let x = 0; x < widthPx; x += 1) sum += pixels[row + x * CHANNELS] ?? 0;
    }
    const mean = Math.round(sum / count);
    for (let y = topPx; y < topPx + heightPx; y += 1) {
      const row = (y * pictureWidth + leftPx) * CHANNELS + channel;
      for (let x = 0; x < widthPx; x += 1) pixels[row + x * CHANNELS] = mean;
    }
  }
};

const pixelate = (pixels: Uint8Array, pictureWidth: number, region: CoveredRegion): void => {
  const side = Math.max(1, Math.ceil(Math.min(region.widthPx, region.heightPx) / region.squares));
  for (let top = 0; top < region.heightPx; top += side)
    for (let left = 0; left < region.widthPx; left += side)
      flatten(pixels, pictureWidth, {
        leftPx: region.leftPx + left,
        topPx: region.topPx + top,
        widthPx: Math.min(side, region.widthPx - left),
        heightPx: Math.min(side, region.heightPx - top),
      });
};

/** Covers regions of a picture, in place. They lie inside it. */
export const coverBoxes = (
  { pixels, widthPx }: Pick<Picture, "pixels" | "widthPx">,
  regions: readonly CoveredRegion[],
  cover: Cover,
): void => {
  for (const region of regions) {
    if (cover === "fill") fill(pixels, widthPx, region);
    else pixelate(pixels, widthPx, region);
  }
};
