import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { OutboxEntry, SealedImage } from "../../contracts/records.ts";
import { mayKeep } from "../../contracts/tiers.ts";
import { stripImageMetadata } from "../privacy/stripImageMetadata.ts";
import type { StripFailure } from "../privacy/strippedImage.ts";
import { markSealed } from "./brand.ts";
import { openPending } from "./openPending.ts";

/** Why an image stays unsealed. None of them passes with time: the same entry fails the same way again. */
export type AnonymizeFailure = "no_image" | "not_allowed" | "cannot_decrypt" | StripFailure;

/**
 * Decrypts an entry's image and takes everything out of it that is not pixels; only its answer may reach an
 * object store or an embedder. An image of a named subject is refused: its faces would still be there.
 */
export async function anonymizeImage(
  entry: OutboxEntry,
  keySeed: string,
  pendingSecret: string,
): Promise<Outcome<SealedImage, AnonymizeFailure>> {
  const { record, image } = entry;
  if (image === null) return failed("no_image");
  if (!mayKeep(record.tier, "image") || record.subjectRef !== null) return failed("not_allowed");
  const opened = await openPending(image, record, keySeed, pendingSecret);
  if (!opened.ok) return opened;
  const stripped = stripImageMetadata(opened.value);
  if (!stripped.ok) return stripped;
  const { bytes, contentType } = stripped.value;
  return done(markSealed({ bytes, contentType }));
}
