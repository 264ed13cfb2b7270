import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { type CommandFailure, wrongData } from "../failure.ts";
import type { CatalogFile } from "./catalog.ts";
import type { OpenFile } from "./openSource.ts";

const ALTERED = "Nothing was installed. Ask again later, or give a folder with the right file by --from.";

/** Whether a file is there and is what the catalog pins. */
export async function isPinned(path: string, { sha256 }: CatalogFile): Promise<boolean> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(path)) hash.update(piece);
  } catch {
    return false;
  }
  return hash.digest("hex") === sha256;
}

/**
 * Writes a file of the catalog to `path`, and checks its size while it comes and its checksum at the end. What is
 * longer than it should be is not read to its end.
 */
export async function pullFile(
  file: CatalogFile,
  path: string,
  open: OpenFile,
  onProgress: (readBytes: number) => void,
): Promise<Outcome<void, CommandFailure>> {
  const source = await open(file);
  if (!source.ok) return source;
  const hash = createHash("sha256");
  let readBytes = 0;
  const check = new Transform({
    transform(piece: Uint8Array, _encoding, next) {
      readBytes += piece.length;
      hash.update(piece);
      onProgress(readBytes);
      next(readBytes > file.sizeBytes ? new Error("it is too long") : null, piece);
    },
  });
  await mkdir(dirname(path), { recursive: true });
  try {
    await pipeline(Readable.from(source.value), check, createWriteStream(path, { flags: "wx" }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return wrongData(`${file.path} could not be read whole: ${reason}.`, ALTERED);
  }
  const sha256 = hash.digest("hex");
  if (readBytes === file.sizeBytes && sha256 === file.sha256) return done(undefined);
  return wrongData(
    `${file.path} is not what the catalog pins: ${readBytes} bytes with the sha256 ${sha256}.`,
    ALTERED,
  );
}
