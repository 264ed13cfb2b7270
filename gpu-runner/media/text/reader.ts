import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createWorker, PSM, type Worker } from "tesseract.js";
import type { GrayPicture } from "./grayPicture.ts";

/** A word as it was read, and the rows of the picture between which it stands. */
export interface ReadWord {
  readonly text: string;
  /** From 0 to 100. */
  readonly confidence: number;
  readonly top: number;
  readonly bottom: number;
}

/** Reads printed English with tesseract.js, from the files of its packages: nothing is fetched. */
export interface Reader {
  read(picture: GrayPicture): Promise<ReadWord[]>;
  stop(): Promise<void>;
}

const LANGUAGE_FOLDER = join(
  dirname(fileURLToPath(import.meta.resolve("@tesseract.js-data/eng"))),
  "4.0.0_best_int",
);

const toPgm = ({ pixels, widthPx, heightPx }: GrayPicture): Buffer =>
  Buffer.concat([Buffer.from(`P5\n${widthPx} ${heightPx}\n255\n`), pixels]);

const wordsOf = (page: Awaited<ReturnType<Worker["recognize"]>>["data"]): ReadWord[] =>
  (page.blocks ?? [])
    .flatMap(({ paragraphs }) => paragraphs)
    .flatMap(({ lines }) => lines)
    .flatMap(({ words }) => words)
    .map(({ text, confidence, bbox }) => ({ text, confidence, top: bbox.y0, bottom: bbox.y1 }));

/** Starts a reader, which takes a third of a second. Throws where its files are missing. */
export const startReader = async (): Promise<Reader> => {
  const worker = await createWorker("eng", 1, {
    langPath: LANGUAGE_FOLDER,
    gzip: true,
    cacheMethod: "none",
  });
  await worker.setParameters({ tessedit_pageseg_mode: PSM.SINGLE_BLOCK });
  return {
    read: async (picture) => {
      const { data } = await worker.recognize(toPgm(picture), {}, { text: false, blocks: true });
      return wordsOf(data);
    },
    stop: async () => {
      await worker.terminate();
    },
  };
};
