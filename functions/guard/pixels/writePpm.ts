import type { Pixels } from "../../contracts/observations.ts";
import { utf8 } from "../../contracts/utf8.ts";

/** A picture as a binary PPM (Netpbm, `P6`): a line that says its size, then the pixels as they are. */
export function writePpm({ widthPixels, heightPixels, rgb }: Pixels): Uint8Array<ArrayBuffer> {
  const header = utf8(`P6\n${widthPixels} ${heightPixels}\n255\n`);
  const ppm = new Uint8Array(header.length + rgb.length);
  ppm.set(header);
  ppm.set(rgb, header.length);
  return ppm;
}
