import type { Pixels } from "../../contracts/observations.ts";
import { utf8 } from "../../contracts/utf8.ts";

/** Media type of a PPM. */
export const PPM_TYPE = "image/x-portable-pixmap";

const HEADER = /^P6\n(\d{1,5}) (\d{1,5})\n255\n/;
const HEADER_MAX_BYTES = 20;

/**
 * A picture as a binary PPM (Netpbm, `P6`): a line that says its size, then the pixels as they are. The one file of
 * pixels that costs nothing to write.
 */
export function writePpm({ widthPixels, heightPixels, rgb }: Pixels): Uint8Array<ArrayBuffer> {
  const header = utf8(`P6\n${widthPixels} ${heightPixels}\n255\n`);
  const ppm = new Uint8Array(header.length + rgb.length);
  ppm.set(header);
  ppm.set(rgb, header.length);
  return ppm;
}

/** Reads what `writePpm` wrote, its pixels as a view; null where it is nothing of the kind. */
export function readPpm(bytes: Uint8Array<ArrayBuffer>): Pixels | null {
  const start = String.fromCharCode(...bytes.subarray(0, HEADER_MAX_BYTES));
  const [header = "", width = "0", height = "0"] = HEADER.exec(start) ?? [];
  const [widthPixels, heightPixels] = [Number(width), Number(height)];
  const rgb = bytes.subarray(header.length);
  const isWhole = rgb.length > 0 && rgb.length === widthPixels * heightPixels * 3;
  return header !== "" && isWhole ? { widthPixels, heightPixels, rgb } : null;
}
