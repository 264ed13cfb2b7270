import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import { joinBytes, latinBytes, spells } from "./bytes.ts";
import { endOfJpegScan, JPEG, type JpegSegment, readJpegSegment } from "./jpegSegments.ts";
import { type Orientation, readOrientation, writeOrientation } from "./orientation.ts";
import type { StripFailure, StrippedImage } from "./strippedImage.ts";

const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const EXIF_HEAD = "Exif\0\0";
const JFIF_HEAD_BYTES = 14;
const ADOBE_HEAD_BYTES = 12;

/** Keeps of a JPEG the frames, tables and scans, the JFIF head, the color profile and Adobe's color mark. */
export function stripJpeg(bytes: Uint8Array): Outcome<StrippedImage, StripFailure> {
  const kept: Uint8Array[] = [];
  let orientation: Orientation = 1;
  let scans = 0;
  let offset = 2;
  for (;;) {
    const segment = readJpegSegment(bytes, offset);
    if (!segment || segment.marker === JPEG.START) return failed("broken");
    if (segment.marker === JPEG.END) break;
    if (isExif(bytes, segment)) {
      orientation = readOrientation(bytes.subarray(segment.dataStart + EXIF_HEAD.length, segment.end));
    }
    const part = keptOf(bytes, segment);
    if (part) kept.push(part);
    offset = segment.end;
    if (segment.marker !== JPEG.SCAN) continue;
    scans++;
    const scanEnd = endOfJpegScan(bytes, offset);
    if (scanEnd === null) return failed("broken");
    kept.push(bytes.subarray(offset, scanEnd));
    offset = scanEnd;
  }
  if (scans === 0) return failed("broken");
  const head = orientation === 1 ? [] : [exifSegment(orientation)];
  const all = [Uint8Array.of(0xff, JPEG.START), ...head, ...kept, Uint8Array.of(0xff, JPEG.END)];
  return done({ bytes: joinBytes(all), contentType: "image/jpeg", orientation });
}

const isExif = (bytes: Uint8Array, segment: JpegSegment): boolean =>
  segment.marker === APP1 && spells(bytes, segment.dataStart, EXIF_HEAD);

/** Frames, tables and scans (ITU-T T.81, table B.1): 0xC8 and 0xDE up are reserved, and could hold anything. */
const isCoding = (marker: number): boolean =>
  (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || (marker >= JPEG.SCAN && marker <= 0xdd);

/** What stays of a segment, or null where nothing does. */
function keptOf(bytes: Uint8Array, segment: JpegSegment): Uint8Array | null {
  const { marker, start, dataStart, end } = segment;
  const whole = bytes.subarray(start, end);
  if (marker === JPEG.APP0)
    return spells(bytes, dataStart, "JFIF\0") ? jfifWithoutThumbnail(bytes, segment) : null;
  if (marker === APP2) return spells(bytes, dataStart, "ICC_PROFILE\0") ? whole : null;
  if (marker === APP14)
    return spells(bytes, dataStart, "Adobe") ? cut(bytes, segment, ADOBE_HEAD_BYTES) : null;
  return isCoding(marker) ? whole : null;
}

/** A JFIF head may hold a small copy of the picture as it was before it was anonymized. */
function jfifWithoutThumbnail(bytes: Uint8Array, segment: JpegSegment): Uint8Array | null {
  const head = cut(bytes, segment, JFIF_HEAD_BYTES);
  head?.fill(0, head.length - 2);
  return head;
}

/** The first bytes of a segment's payload as a segment of its own, or null where it has fewer. */
function cut(bytes: Uint8Array, segment: JpegSegment, payloadBytes: number): Uint8Array | null {
  if (segment.end - segment.dataStart < payloadBytes) return null;
  const head = [0xff, segment.marker, 0, payloadBytes + 2];
  return joinBytes([
    Uint8Array.from(head),
    bytes.subarray(segment.dataStart, segment.dataStart + payloadBytes),
  ]);
}

function exifSegment(orientation: Orientation): Uint8Array {
  const payload = joinBytes([latinBytes(EXIF_HEAD), writeOrientation(orientation)]);
  return joinBytes([Uint8Array.of(0xff, APP1, 0, payload.length + 2), payload]);
}
