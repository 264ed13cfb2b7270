import type { Picture, Pixels } from "../../contracts/observations.ts";
import { encodePng } from "./encodePng.ts";

/**
 * A camera's picture that came as numbers. Its PNG is what is hashed and kept, and is made when that is done: the
 * policy looks at the numbers, and its robot need not wait for more.
 */
export function pixelImage(place: Pick<Picture, "camera" | "pointer">, pixels: Pixels): Picture {
  let png: Picture["bytes"] | null = null;
  return {
    ...place,
    declaredType: "image/png",
    pixels,
    get bytes() {
      png ??= encodePng(pixels);
      return png;
    },
  };
}
