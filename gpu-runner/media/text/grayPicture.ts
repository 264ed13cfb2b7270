/** A picture of brightness alone, 0 black to 255 white, row by row. */
export interface GrayPicture {
  readonly pixels: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The same at half its size, each pixel the mean of four; an odd last row or column is left out. */
export const halve = ({ pixels, widthPx, heightPx }: GrayPicture): GrayPicture => {
  const [halfWidth, halfHeight] = [widthPx >> 1, heightPx >> 1];
  const half = new Uint8Array(halfWidth * halfHeight);
  for (let y = 0; y < halfHeight; y += 1) {
    const upper = 2 * y * widthPx;
    const lower = upper + widthPx;
    for (let x = 0; x < halfWidth; x += 1) {
      const at = 2 * x;
      const sum =
        (pixels[upper + at] ?? 0) +
        (pixels[upper + at + 1] ?? 0) +
        (pixels[lower + at] ?? 0) +
        (pixels[lower + at + 1] ?? 0);
      half[y * halfWidth + x] = (sum + 2) >> 2;
    }
  }
  return { pixels: half, widthPx: halfWidth, heightPx: halfHeight };
};
