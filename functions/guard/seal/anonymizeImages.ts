import { PRIMARY_CAMERA } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Anonymizer, InferFailure } from "../../contracts/ports.ts";
import type { OutboxEntry, SealedImage } from "../../contracts/records.ts";
import { mayKeep } from "../../contracts/tiers.ts";
import { encodePng } from "../pixels/encodePng.ts";
import { readPpm } from "../pixels/ppm.ts";
import { stripImageMetadata } from "../privacy/stripImageMetadata.ts";
import type { StripFailure } from "../privacy/strippedImage.ts";
import { markSealed } from "./brand.ts";
import { CAMERA_BUNDLE_TYPE, type CameraPicture, readCameraBundle } from "./cameraBundle.ts";
import { openPending } from "./openPending.ts";

/** Why images stay unsealed. `anonymizer_away` passes with time; of the others, the same entry fails again. */
export type AnonymizeFailure =
  | "no_image"
  | "not_allowed"
  | "cannot_decrypt"
  | "broken_bundle"
  | "not_anonymized"
  | "anonymizer_away"
  | StripFailure;

/** At least one: the primary camera's, then those of the others. */
export type SealedImages = readonly [primary: SealedImage, ...others: SealedImage[]];

/** What opens an entry's images, and who anonymizes them until when. */
export interface AnonymizeMeans {
  readonly keySeed: string;
  readonly pendingSecret: string;
  readonly anonymizer: Anonymizer;
  readonly deadlineAtMs: number;
  readonly traceparent: string;
}

/** Failures of an anonymizer that say something of the picture, or of a bug: they come again. */
const LASTING: ReadonlySet<InferFailure["kind"]> = new Set(["invalid_input", "bad_answer"]);

/**
 * Decrypts an entry's images and has faces, writing and metadata taken out of them; only its answer may reach an
 * object store or an embedder. One that cannot be cleaned fails all of its entry.
 */
export async function anonymizeImages(
  entry: OutboxEntry,
  means: AnonymizeMeans,
): Promise<Outcome<SealedImages, AnonymizeFailure>> {
  const { record, image } = entry;
  if (image === null) return failed("no_image");
  if (!mayKeep(record.tier, "image")) return failed("not_allowed");
  const opened = await openPending(image, record, means.keySeed, means.pendingSecret);
  if (!opened.ok) return opened;
  const [first, ...others] = picturesOf(opened.value, image.contentType);
  if (first === undefined) return failed("broken_bundle");
  const primary = await clean(first, means);
  if (!primary.ok) return primary;
  const sealed: SealedImage[] = [];
  for (const picture of others) {
    const cleaned = await clean(picture, means);
    if (!cleaned.ok) return cleaned;
    sealed.push(cleaned.value);
  }
  return done([primary.value, ...sealed]);
}

/** What waits is a bundle of cameras, or the picture of the primary one alone. */
const picturesOf = (bytes: Uint8Array<ArrayBuffer>, contentType: string): CameraPicture[] =>
  contentType === CAMERA_BUNDLE_TYPE ? (readCameraBundle(bytes) ?? []) : [{ camera: PRIMARY_CAMERA, bytes }];

/** What came as numbers waits as numbers, and is kept as a PNG. */
function asFile(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const pixels = readPpm(bytes);
  return pixels === null ? bytes : encodePng(pixels);
}

/**
 * What the anonymizer cannot read is not sent to it, and what it answers is looked at once more: metadata stay
 * out whatever it does.
 */
async function clean(
  { camera, bytes }: CameraPicture,
  { anonymizer, deadlineAtMs, traceparent }: AnonymizeMeans,
): Promise<Outcome<SealedImage, AnonymizeFailure>> {
  const readable = stripImageMetadata(asFile(bytes));
  if (!readable.ok) return readable;
  const { contentType } = readable.value;
  const picture = { bytes: readable.value.bytes, contentType };
  const anonymized = await anonymizer.anonymize(picture, deadlineAtMs, traceparent);
  if (!anonymized.ok) {
    return failed(LASTING.has(anonymized.failure.kind) ? "not_anonymized" : "anonymizer_away");
  }
  const stripped = stripImageMetadata(anonymized.value.bytes);
  if (!stripped.ok) return stripped;
  if (stripped.value.contentType !== contentType) return failed("not_anonymized");
  return done(markSealed({ camera, bytes: stripped.value.bytes, contentType }));
}
