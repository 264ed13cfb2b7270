import sharp from "sharp";
import { type ImageFormat, recognizeFormat } from "../preprocess/decodeImage.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { Size } from "./box.ts";

/** A decoded picture: upright, sRGB, three bytes a pixel, nothing else of what the file held. */
export interface Picture extends Size {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly format: ImageFormat;
  /** Whether a viewer of the file sees these very pixels: nothing was turned, and nothing lay under transparency. */
  readonly asEncoded: boolean;
}

/** Bytes per pixel. */
export const CHANNELS = 3;

const TYPE_OF: Readonly<Record<ImageFormat, string>> = {
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
};

/** The media type of a format. */
export const mediaTypeOf = (format: ImageFormat): string => TYPE_OF[format];

const firstLineOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n")[0] ?? "").slice(0, 200) : "";

const decoderOf = (bytes: Uint8Array, maxPixels: number) =>
  // Any trouble in the data ends the decoding: half a picture may hide what a whole one shows.
  sharp(bytes, { limitInputPixels: maxPixels, failOn: "warning" });

/** What the head of the file says, against what it starts with and what is allowed. Decodes no pixel. */
const checkHead = async (
  bytes: Uint8Array,
  contentType: string,
  maxPixels: number,
): Promise<Outcome<Pick<Picture, "format" | "asEncoded">>> => {
  const format = recognizeFormat(bytes);
  if (format === null) return refuse(400, "The image is not a JPEG, PNG or WebP.");
  if (contentType !== "" && contentType !== TYPE_OF[format])
    return refuse(400, `The image is called ${contentType.slice(0, 60)} and is ${TYPE_OF[format]}.`);
  const head = await decoderOf(bytes, maxPixels).metadata();
  if (head.format !== format) return refuse(400, `The image starts as ${TYPE_OF[format]} and is none.`);
  if (head.width * head.height > maxPixels)
    return refuse(400, `The image has more than ${maxPixels} pixels.`);
  if ((head.pages ?? 1) > 1) return refuse(400, "The image is animated.");
  return done({ format, asEncoded: !head.hasAlpha && (head.orientation ?? 1) === 1 });
};

/**
 * Decodes a JPEG, PNG or WebP, turned upright. Transparent parts become black, for what lies under them would
 * still be in the file. 400 for another format than `contentType` says (where it says one), for more than
 * `maxPixels`, before they are decoded, for animations, and for data that is not whole.
 */
export const openPicture = async (
  bytes: Uint8Array,
  contentType: string,
  maxPixels: number,
): Promise<Outcome<Picture>> => {
  try {
    const head = await checkHead(bytes, contentType, maxPixels);
    if (!head.ok) return head;
    const { data, info } = await decoderOf(bytes, maxPixels)
      .autoOrient()
      .flatten()
      .toColorspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== CHANNELS) return refuse(400, "The image cannot be brought to RGB.");
    const pixels = new Uint8Array(data);
    return done({ pixels, widthPx: info.width, heightPx: info.height, ...head.value });
  } catch (error) {
    return refuse(400, `The image cannot be decoded: ${firstLineOf(error)}`);
  }
};
