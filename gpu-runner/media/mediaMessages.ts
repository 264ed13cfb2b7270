import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AnonymizedImageSchema,
  type AnonymizedImage as AnonymizedMessage,
  Cover as CoverMessage,
  RegionKind as RegionKindMessage,
  type RegionSchema,
} from "../generated/headgate/media/v1/media_pb.js";
import type { AnonymizedImage, Region, RegionKind } from "./anonymizeImage.ts";
import type { Cover } from "./coverBoxes.ts";

const KIND: Readonly<Record<RegionKind, RegionKindMessage>> = {
  face: RegionKindMessage.FACE,
  text: RegionKindMessage.TEXT,
};

/** What a caller wants over the regions; pixels where it does not say, or says what a newer version knows. */
export const coverOf = (cover: CoverMessage): Cover => (cover === CoverMessage.FILL ? "fill" : "pixelate");

const regionMessage = ({ kind, ...box }: Region): MessageInitShape<typeof RegionSchema> => ({
  ...box,
  kind: KIND[kind],
});

/** An anonymized picture as the protocol says it. */
export const anonymizedMessage = (image: AnonymizedImage): AnonymizedMessage =>
  create(AnonymizedImageSchema, {
    ...(image.bytes === null
      ? { unchanged: true }
      : { picture: { image: image.bytes, contentType: image.contentType } }),
    widthPx: image.widthPx,
    heightPx: image.heightPx,
    detectors: image.detectors.map(({ kind, detector, regions }) => ({
      kind: KIND[kind],
      detector,
      regions,
    })),
    regions: image.regions.map(regionMessage),
  });
