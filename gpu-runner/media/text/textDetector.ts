import sharp from "sharp";
import { done } from "../../protocol/outcome.ts";
import type { Detector } from "../detector.ts";
import { CHANNELS, type Picture } from "../openPicture.ts";
import { Slots } from "../slots.ts";
import type { GrayPicture } from "./grayPicture.ts";
import { TextThread } from "./textThread.ts";

/** Letters are looked for from 7 pixels of this size on. */
const LONGEST_PX = 1280;
const WAITING = 1024;
const NAME = "letter-rows+tesseract-eng";

type OwnGray = GrayPicture & { readonly pixels: Uint8Array<ArrayBuffer> };

const grayOf = async ({ pixels, widthPx, heightPx }: Picture): Promise<OwnGray> => {
  const { data, info } = await sharp(pixels, {
    raw: { width: widthPx, height: heightPx, channels: CHANNELS },
  })
    .resize(LONGEST_PX, LONGEST_PX, { fit: "inside", withoutEnlargement: true, kernel: "linear" })
    .grayscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: new Uint8Array(data), widthPx: info.width, heightPx: info.height };
};

/**
 * Finds writing: rows of letters by their shape, in any script, and doubtful rows by reading them. On so many
 * threads of its own, which start with the first picture.
 */
export const textDetector = (threads: number): Detector => {
  const slots = new Slots(
    Array.from({ length: threads }, () => new TextThread()),
    WAITING,
  );
  return {
    detect: async (picture, signal) => {
      const gray = await grayOf(picture);
      const scale = { x: picture.widthPx / gray.widthPx, y: picture.heightPx / gray.heightPx };
      const found = await slots.use(signal, (thread) => thread.find(gray));
      if (!found.ok) return found;
      const boxes = found.value.map(({ leftPx, topPx, widthPx, heightPx, score }) => ({
        leftPx: leftPx * scale.x,
        topPx: topPx * scale.y,
        widthPx: widthPx * scale.x,
        heightPx: heightPx * scale.y,
        score,
      }));
      return done({ detector: NAME, boxes });
    },
  };
};
