const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bytes before the first chunk. */
export const PNG_SIGNATURE_BYTES = SIGNATURE.length;

/** One chunk: its four-letter type, where it starts (its length), its data, and where the next one starts. */
export interface PngChunk {
  readonly type: string;
  readonly start: number;
  readonly dataStart: number;
  readonly dataEnd: number;
  readonly end: number;
}

/** Whether the bytes begin with the PNG signature. */
export const startsAsPng = (bytes: Uint8Array): boolean =>
  SIGNATURE.every((byte, index) => bytes[index] === byte);

/** Reads the chunk at an offset (PNG, third edition, 5.3); null where it is cut off. */
export function readPngChunk(bytes: Uint8Array, offset: number): PngChunk | null {
  if (offset + 12 > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 8);
  const dataStart = offset + 8;
  const dataEnd = dataStart + view.getUint32(0);
  const end = dataEnd + 4;
  if (end > bytes.length) return null;
  const type = String.fromCharCode(view.getUint8(4), view.getUint8(5), view.getUint8(6), view.getUint8(7));
  return { type, start: offset, dataStart, dataEnd, end };
}
