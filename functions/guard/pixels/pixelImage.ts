import type { Picture, Pixels } from "../../contracts/observations.ts";
import { writePpm } from "./ppm.ts";

/**
 * A camera's picture that came as numbers, and stays so until it is kept: its bytes are a PPM, made when somebody
 * first asks for them. Its robot does not wait for a PNG.
 */
export function pixelImage(place: Pick<Picture, "camera" | "pointer">, pixels: Pixels): Picture {
  let ppm: Picture["bytes"] | null = null;
  return {
    ...place,
    declaredType: null,
    pixels,
    get bytes() {
      ppm ??= writePpm(pixels);
      return ppm;
    },
  };
}
