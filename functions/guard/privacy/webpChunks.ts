/** Bytes of the RIFF header before the first chunk. */
export const WEBP_HEADER_BYTES = 12;

/** Flags of a VP8X chunk (WebP container specification, extended file format). */
export const VP8X = { ICC: 0x20, ALPHA: 0x10, EXIF: 0x08, ANIMATION: 0x02 } as const;

/** One chunk: its four-letter type, where it starts, its data, and where the next one starts. */
export interface WebpChunk {
  readonly type: string;
  readonly start: number;
  readonly dataStart: number;
  readonly dataEnd: number;
  readonly end: number;
}

const letters = (bytes: Uint8Array, offset: number): string =>
  String.fromCharCode(...bytes.subarray(offset, offset + 4));

/** Whether the bytes begin as a WebP file does. */
export const startsAsWebp = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x52 && letters(bytes, 0) === "RIFF" && letters(bytes, 8) === "WEBP";

/** Where the RIFF container says that it ends; what lies behind is not part of the image. */
export const webpEnd = (bytes: Uint8Array): number =>
  bytes.length < WEBP_HEADER_BYTES
    ? 0
    : new DataView(bytes.buffer, bytes.byteOffset + 4, 4).getUint32(0, true) + 8;

/** Reads the chunk at an offset; null where it is cut off. A missing pad byte at the end is forgiven. */
export function readWebpChunk(bytes: Uint8Array, offset: number): WebpChunk | null {
  if (offset + 8 > bytes.length) return null;
  const sizeBytes = new DataView(bytes.buffer, bytes.byteOffset + offset + 4, 4).getUint32(0, true);
  const dataStart = offset + 8;
  const dataEnd = dataStart + sizeBytes;
  if (dataEnd > bytes.length) return null;
  return { type: letters(bytes, offset), start: offset, dataStart, dataEnd, end: dataEnd + (sizeBytes % 2) };
}
