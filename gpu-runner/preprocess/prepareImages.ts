import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { ImagePreprocess } from "../repository/preprocessContract.ts";
import { decodeImage } from "./decodeImage.ts";
import type { Feed } from "./feeds.ts";

/** Interleaved bytes of three channels → planes of (value ÷ 255 − mean) ÷ std, written at `offset`. */
const writePlanes = (
  pixels: Uint8Array,
  planes: Float32Array,
  offset: number,
  { mean, std }: NonNullable<ImagePreprocess["normalize"]>,
): void => {
  const area = pixels.length / 3;
  for (let channel = 0; channel < 3; channel += 1) {
    const scale = 1 / (255 * (std[channel] ?? 1));
    const shift = (mean[channel] ?? 0) / (std[channel] ?? 1);
    const start = offset + channel * area;
    for (let pixel = 0; pixel < area; pixel += 1)
      planes[start + pixel] = (pixels[pixel * 3 + channel] ?? 0) * scale - shift;
  }
};

/** Encoded pictures → the tensor that the graph eats. 400 where one cannot be decoded. */
export const prepareImages = async (
  images: readonly Uint8Array[],
  how: ImagePreprocess,
  maxPixels: number,
): Promise<Outcome<Feed[]>> => {
  const channels = how.normalize === undefined ? how.channels : 3;
  const shape = { ...how, channels } as const;
  const sizeBytes = how.width_px * how.height_px * channels;
  const decoded: Uint8Array[] = [];
  for (const image of await Promise.all(images.map((one) => decodeImage(one, shape, maxPixels)))) {
    if (!image.ok) return image;
    if (image.value.length !== sizeBytes) return refuse(400, "The image cannot be brought to RGB.");
    decoded.push(image.value);
  }
  if (how.normalize === undefined) {
    const bytes = new Uint8Array(images.length * sizeBytes);
    for (const [index, image] of decoded.entries()) bytes.set(image, index * sizeBytes);
    const dims = [images.length, how.height_px, how.width_px, channels];
    return done([{ name: how.feeds, tensor: { datatype: "UINT8", shape: dims, bytes } }]);
  }
  const planes = new Float32Array(images.length * sizeBytes);
  for (const [index, image] of decoded.entries())
    writePlanes(image, planes, index * sizeBytes, how.normalize);
  const dims = [images.length, 3, how.height_px, how.width_px];
  const bytes = new Uint8Array(planes.buffer);
  return done([{ name: how.feeds, tensor: { datatype: "FP32", shape: dims, bytes } }]);
};
