/** Marker bytes of JPEG (ITU-T T.81, table B.1) that the readers here tell apart. */
export const JPEG = { START: 0xd8, END: 0xd9, SCAN: 0xda, COMMENT: 0xfe, APP0: 0xe0, APP15: 0xef } as const;

/** One marker segment: where it starts (its 0xFF), where its payload lies, where the next one may start. */
export interface JpegSegment {
  readonly marker: number;
  readonly start: number;
  readonly dataStart: number;
  readonly end: number;
}

/** Whether the bytes begin as a JPEG does. */
export const startsAsJpeg = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && bytes[1] === JPEG.START && bytes[2] === 0xff;

const standsAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= JPEG.END);

/** Reads the marker segment at an offset; null where there is none or it is cut off. */
export function readJpegSegment(bytes: Uint8Array, offset: number): JpegSegment | null {
  if (bytes[offset] !== 0xff) return null;
  let at = offset + 1;
  while (bytes[at] === 0xff) at++;
  const marker = bytes[at];
  if (marker === undefined || marker === 0) return null;
  const start = at - 1;
  if (standsAlone(marker)) return { marker, start, dataStart: at + 1, end: at + 1 };
  const high = bytes[at + 1];
  const low = bytes[at + 2];
  if (high === undefined || low === undefined) return null;
  const end = at + 1 + high * 256 + low;
  return end < at + 3 || end > bytes.length ? null : { marker, start, dataStart: at + 3, end };
}

/** Offset of the marker that ends the entropy-coded data of a scan; null where the file ends first. */
export function endOfJpegScan(bytes: Uint8Array, offset: number): number | null {
  for (let at = bytes.indexOf(0xff, offset); at >= 0; at = bytes.indexOf(0xff, at)) {
    const next = bytes[at + 1];
    if (next === undefined) return null;
    if (next === 0xff) at += 1;
    else if (next === 0 || (next >= 0xd0 && next <= 0xd7)) at += 2;
    else return at;
  }
  return null;
}
