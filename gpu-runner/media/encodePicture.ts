import sharp from "sharp";
import { CHANNELS, type Picture } from "./openPicture.ts";

/** High enough that a second compression is not seen, by people or by models. */
const QUALITY = 92;

/** Encodes a picture in its own format. Only pixels go in, so only pixels come out: no metadata, no profile. */
export const encodePicture = async ({ pixels, widthPx, heightPx, format }: Picture): Promise<Uint8Array> => {
  const raw = sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: CHANNELS } });
  switch (format) {
    case "jpeg":
      return raw.jpeg({ quality: QUALITY }).toBuffer();
    case "png":
      return raw.png({ compressionLevel: 6 }).toBuffer();
    case "webp":
      return raw.webp({ quality: QUALITY, effort: 2 }).toBuffer();
  }
};
