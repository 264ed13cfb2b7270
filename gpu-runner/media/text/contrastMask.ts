import type { GrayPicture } from "./grayPicture.ts";

/** Which strokes are looked for: darker or lighter than what is around them. */
export type Polarity = "dark" | "light";

/** Half the side of the square round a pixel whose mean it is compared with. */
const RADIUS_PX = 15;
/** Difference from that mean from which a pixel counts as a stroke. */
const LEAST = 14;

/** Sums over all pixels left of and above each corner: (width + 1) · (height + 1) of them. */
const sumsOf = ({ pixels, widthPx, heightPx }: GrayPicture): Uint32Array => {
  const stride = widthPx + 1;
  const sums = new Uint32Array(stride * (heightPx + 1));
  for (let y = 0; y < heightPx; y += 1) {
    let row = 0;
    for (let x = 0; x < widthPx; x += 1) {
      row += pixels[y * widthPx + x] ?? 0;
      sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] ?? 0) + row;
    }
  }
  return sums;
};

/**
 * How much each pixel differs from the mean of the 31 × 31 pixels round it, in gray levels; 0 where it does not
 * differ enough to belong to a stroke. A threshold that follows the light, after Bradley and Roth ("Adaptive
 * Thresholding using the Integral Image", 2007).
 */
export const contrastMask = (picture: GrayPicture): Record<Polarity, Uint8Array> => {
  const { pixels, widthPx, heightPx } = picture;
  const sums = sumsOf(picture);
  const stride = widthPx + 1;
  const dark = new Uint8Array(pixels.length);
  const light = new Uint8Array(pixels.length);
  for (let y = 0; y < heightPx; y += 1) {
    const top = Math.max(0, y - RADIUS_PX) * stride;
    const bottom = Math.min(heightPx, y + RADIUS_PX + 1) * stride;
    const rows = (bottom - top) / stride;
    for (let x = 0; x < widthPx; x += 1) {
      const left = Math.max(0, x - RADIUS_PX);
      const right = Math.min(widthPx, x + RADIUS_PX + 1);
      const sum =
        (sums[bottom + right] ?? 0) -
        (sums[bottom + left] ?? 0) -
        (sums[top + right] ?? 0) +
        (sums[top + left] ?? 0);
      const difference = (pixels[y * widthPx + x] ?? 0) - sum / (rows * (right - left));
      if (difference <= -LEAST) dark[y * widthPx + x] = -difference;
      else if (difference >= LEAST) light[y * widthPx + x] = difference;
    }
  }
  return { dark, light };
};
