import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { findText } from "./findText.ts";
import type { GrayPicture } from "./grayPicture.ts";
import type { TextReply, TextRequest } from "./messages.ts";
import { type Reader, type ReadWord, startReader } from "./reader.ts";

/** The thread that looks for writing. Its reader starts with the first picture that needs it. */
const READ_TIMEOUT_MS = 4000;

/** Only Linux knows it for one thread, and those that it starts: what moves a robot goes first. */
const NICE = 10;
if (process.platform === "linux") setPriority(NICE);

let reader: Promise<Reader> | null = null;

/** Null where the reader takes too long or cannot start; the next sheet gets a new one. */
const read = async (sheet: GrayPicture): Promise<readonly ReadWord[] | null> => {
  reader ??= startReader();
  const current = reader;
  const tooLate = new Promise<null>((resolve) => setTimeout(() => resolve(null), READ_TIMEOUT_MS).unref());
  const words = await Promise.race([
    current.then((started) => started.read(sheet)).catch(() => null),
    tooLate,
  ]);
  if (words === null) {
    reader = null;
    void current.then((started) => started.stop()).catch(() => undefined);
  }
  return words;
};

parentPort?.on("message", async ({ picture }: TextRequest) => {
  try {
    const boxes = await findText(picture, read);
    parentPort?.postMessage({ kind: "found", boxes } satisfies TextReply);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ kind: "failed", reason } satisfies TextReply);
  }
});
