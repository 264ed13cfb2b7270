import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

const HEAD_BYTES = 65_536;
/** A block of zstd is up to 128 KB, and gives nothing before it is whole. */
const PACKED_HEAD_BYTES = 4 * HEAD_BYTES;

/** The first 256 KB of a file: enough to unpack as much as is looked at. */
export async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const head = new Uint8Array(PACKED_HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, PACKED_HEAD_BYTES, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What the first bytes of a compressed file unpack to, as far as they go; null where they do not. */
export async function inflateHead(raw: Uint8Array, compression: "gzip" | "zstd"): Promise<Uint8Array | null> {
  const unpack = compression === "gzip" ? createGunzip() : createZstdDecompress();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of Readable.from([raw]).pipe(unpack)) {
      parts.push(part);
      size += part.length;
      if (size >= HEAD_BYTES) break;
    }
  } catch {
    // The head ends in the middle of the stream: what came before that end is what was asked for.
    if (size === 0) return null;
  }
  return Buffer.concat(parts).subarray(0, HEAD_BYTES);
}
