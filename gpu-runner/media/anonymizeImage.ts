import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import { growBox, type ScoredBox, type Size } from "./box.ts";
import { type Cover, coverBoxes } from "./coverBoxes.ts";
import type { Detector } from "./detector.ts";
import { encodePicture } from "./encodePicture.ts";
import { mediaTypeOf, openPicture, type Picture } from "./openPicture.ts";

export type RegionKind = "face" | "text";

/** A covered part of the picture. */
export interface Region extends ScoredBox {
  readonly kind: RegionKind;
}

/** Who looked for one kind of region, and how many it found. */
export interface DetectorReport {
  readonly kind: RegionKind;
  readonly detector: string;
  readonly regions: number;
}

export interface AnonymizedImage extends Size {
  /** Null: nothing had to be covered or turned, and the caller wanted no picture then. */
  readonly bytes: Uint8Array | null;
  readonly contentType: string;
  readonly regions: readonly Region[];
  readonly detectors: readonly DetectorReport[];
}

export interface AnonymizeOptions {
  /** What the caller takes the picture for; empty: not said. */
  readonly contentType: string;
  readonly cover: Cover;
  readonly omitUnchanged: boolean;
  readonly maxPixels: number;
  readonly detectors: Readonly<Record<RegionKind, Detector>>;
}

/** How much larger than what was found a covered box is, of each side: detectors cut hair and chins. */
const MARGIN = 0.25;
/** Squares along a region's shorter side: a letter is never more than one, a face never more than four. */
const SQUARES: Readonly<Record<RegionKind, number>> = { face: 4, text: 1 };
const KINDS = ["face", "text"] as const;

const GONE = refuse(503, "The caller has gone.");

type Found = Pick<AnonymizedImage, "regions" | "detectors">;

/** Looks for everything at once; a detector that fails, fails the picture. */
const findRegions = async (
  picture: Picture,
  detectors: AnonymizeOptions["detectors"],
  signal: AbortSignal,
): Promise<Outcome<Found>> => {
  const looked = await Promise.all(
    KINDS.map(async (kind) => ({ kind, outcome: await detectors[kind].detect(picture, signal) })),
  );
  const regions: Region[] = [];
  const reports: DetectorReport[] = [];
  for (const { kind, outcome } of looked) {
    if (!outcome.ok) return outcome;
    const { boxes, detector } = outcome.value;
    const grown = boxes
      .map((box) => ({ ...growBox(box, MARGIN, picture), kind }))
      .filter(({ widthPx, heightPx }) => widthPx > 0 && heightPx > 0);
    regions.push(...grown);
    reports.push({ kind, detector, regions: grown.length });
  }
  return done({ regions, detectors: reports });
};

/**
 * Makes a picture fit to be kept: upright, faces and writing covered, of the file nothing but its pixels. 400
 * where it cannot be read or is larger than allowed; what a detector cannot do now is its own refusal, and no
 * picture leaves uncovered for it. An abort ends the work after the step that runs, with 503.
 */
export const anonymizeImage = async (
  bytes: Uint8Array,
  { contentType, cover, omitUnchanged, maxPixels, detectors }: AnonymizeOptions,
  signal: AbortSignal,
): Promise<Outcome<AnonymizedImage>> => {
  const opened = await openPicture(bytes, contentType, maxPixels);
  if (!opened.ok) return opened;
  if (signal.aborted) return GONE;
  const picture = opened.value;
  const found = await findRegions(picture, detectors, signal);
  if (!found.ok) return found;
  if (signal.aborted) return GONE;
  const { regions, detectors: reports } = found.value;
  coverBoxes(
    picture,
    regions.map((region) => ({ ...region, squares: SQUARES[region.kind] })),
    cover,
  );
  const isUnchanged = regions.length === 0 && picture.asEncoded;
  return done({
    bytes: omitUnchanged && isUnchanged ? null : await encodePicture(picture),
    contentType: mediaTypeOf(picture.format),
    widthPx: picture.widthPx,
    heightPx: picture.heightPx,
    regions,
    detectors: reports,
  });
};
