import { PRIMARY_CAMERA } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { OutboxEntry, SealedImage } from "../../contracts/records.ts";
import { mayKeep } from "../../contracts/tiers.ts";
import { stripImageMetadata } from "../privacy/stripImageMetadata.ts";
import type { StripFailure } from "../privacy/strippedImage.ts";
import { markSealed } from "./brand.ts";
import { CAMERA_BUNDLE_TYPE, type CameraPicture, readCameraBundle } from "./cameraBundle.ts";
import { openPending } from "./openPending.ts";

/** Why images stay unsealed. None of them passes with time: the same entry fails the same way again. */
export type AnonymizeFailure = "no_image" | "not_allowed" | "cannot_decrypt" | "broken_bundle" | StripFailure;

/** At least one: the primary camera's, then those of the others. */
export type SealedImages = readonly [primary: SealedImage, ...others: SealedImage[]];

/**
 * Decrypts an entry's images and takes everything out of them that is not pixels; only its answer may reach an
 * object store or an embedder. One that cannot be cleaned fails all of its entry. Images of a named subject are
 * refused: its faces would still be there.
 */
export async function anonymizeImages(
  entry: OutboxEntry,
  keySeed: string,
  pendingSecret: string,
): Promise<Outcome<SealedImages, AnonymizeFailure>> {
  const { record, image } = entry;
  if (image === null) return failed("no_image");
  if (!mayKeep(record.tier, "image") || record.subjectRef !== null) return failed("not_allowed");
  const opened = await openPending(image, record, keySeed, pendingSecret);
  if (!opened.ok) return opened;
  const [first, ...others] = picturesOf(opened.value, image.contentType);
  if (first === undefined) return failed("broken_bundle");
  const primary = strip(first);
  if (!primary.ok) return primary;
  const sealed: SealedImage[] = [];
  for (const picture of others) {
    const stripped = strip(picture);
    if (!stripped.ok) return stripped;
    sealed.push(stripped.value);
  }
  return done([primary.value, ...sealed]);
}

/** What waits is a bundle of cameras, or the picture of the primary one alone. */
const picturesOf = (bytes: Uint8Array<ArrayBuffer>, contentType: string): CameraPicture[] =>
  contentType === CAMERA_BUNDLE_TYPE ? (readCameraBundle(bytes) ?? []) : [{ camera: PRIMARY_CAMERA, bytes }];

function strip({ camera, bytes }: CameraPicture): Outcome<SealedImage, StripFailure> {
  const stripped = stripImageMetadata(bytes);
  if (!stripped.ok) return stripped;
  return done(markSealed({ camera, bytes: stripped.value.bytes, contentType: stripped.value.contentType }));
}
