import type { Pixels } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import { type Ndarray, numbersOf } from "./ndarray.ts";

const CHANNELS = 3;

/** Whether an array looks like a picture: three dimensions, one of them three channels. */
export const looksLikePicture = ({ shape }: Ndarray): boolean =>
  shape.length === 3 && (shape[2] === CHANNELS || shape[0] === CHANNELS);

/**
 * An array as pixels. Channels come last (HWC) or first (CHW); numbers are 0–255 in `uint8`, or 0–1 in a float
 * type, as openpi's own servers take them. HWC in `uint8` is viewed where it lies, not copied.
 */
export function readPicture(array: Ndarray): Outcome<Pixels, string> {
  const channelsLast = array.shape[2] === CHANNELS;
  const [heightPixels = 0, widthPixels = 0] = channelsLast ? array.shape : array.shape.slice(1);
  const values = bytesOf(array);
  if (!values.ok) return values;
  const rgb = channelsLast ? values.value : interleave(values.value, widthPixels * heightPixels);
  return done({ widthPixels, heightPixels, rgb });
}

function bytesOf(array: Ndarray): Outcome<Uint8Array<ArrayBuffer>, string> {
  const { data, type } = array;
  if (type === "u1") {
    const { buffer } = data;
    if (!(buffer instanceof ArrayBuffer)) return done(new Uint8Array(data));
    return done(new Uint8Array(buffer, data.byteOffset, data.length));
  }
  if (!type.startsWith("f")) return failed("a picture must be uint8, or a float from 0 to 1");
  const numbers = numbersOf(array);
  const bytes = new Uint8Array(numbers.length);
  for (const [index, number] of numbers.entries()) {
    if (!(number >= 0 && number <= 1)) return failed("a picture of floats must lie between 0 and 1");
    bytes[index] = 255 * number;
  }
  return done(bytes);
}

/** Three planes, red, green, blue, as pixels of three bytes. */
function interleave(planes: Uint8Array, pixels: number): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array(planes.length);
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    const plane = channel * pixels;
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      rgb[pixel * CHANNELS + channel] = planes[plane + pixel] ?? 0;
    }
  }
  return rgb;
}
