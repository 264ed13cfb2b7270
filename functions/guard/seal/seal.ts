import type { Configuration } from "../../contracts/configuration.ts";
import { type CameraImage, isPicture, PRIMARY_CAMERA } from "../../contracts/observations.ts";
import type {
  OutboxEntry,
  Pending,
  RecordMetadata,
  SafetyCheck,
  StorableRecord,
} from "../../contracts/records.ts";
import { mayKeep } from "../../contracts/tiers.ts";
import { imageHeader } from "../gates/imageHeader.ts";
import { keepableCameras } from "../gates/keepableCameras.ts";
import type { GrantedConsent } from "../leases/admission.ts";
import { PPM_TYPE } from "../pixels/ppm.ts";
import { markPending, markSealed } from "./brand.ts";
import { bundleCameras, CAMERA_BUNDLE_TYPE } from "./cameraBundle.ts";
import { dataKey } from "./dataKey.ts";

/** What one camera saw. */
export type SeenImage = Pick<CameraImage, "camera" | "bytes"> & Partial<Pick<CameraImage, "pixels">>;

/** What is known of an exchange before it is answered, raw. */
export interface SeenExchange {
  readonly id: string;
  readonly organizationId: string;
  /** What the cameras saw, the primary first. */
  readonly images: readonly SeenImage[];
}

/** A served exchange with everything in it, raw: nothing of it may be stored before it went through `seal`. */
export interface ServedExchange extends SeenExchange {
  readonly createdAtMs: number;
  readonly contentHash: string;
  readonly metadata: RecordMetadata;
  readonly actions: readonly (readonly number[])[];
  readonly state: readonly number[] | null;
  readonly safetyScore: number;
  readonly safetyChecks: readonly SafetyCheck[];
  readonly instruction: string | null;
}

/** What sealing reads of the settings. */
export type SealSettings = Pick<Configuration, "PENDING_SECRET" | "RECORD_IMAGES_MAX_BYTES">;

/** Consent that allows something to be kept, with the event that says so. */
type Grounds = Pick<GrantedConsent, "subjectRef" | "keySeed"> & {
  readonly tier: StorableRecord["tier"];
  readonly eventId: string;
};

const NONCE_BYTES = 12;
const encoder = new TextEncoder();

/**
 * Reduces an exchange to what its consent keeps (KEPT_FROM), and encrypts what still has to be anonymized.
 * Null: nothing may be kept. Until there is an anonymizer for it, free text is kept only for person-free streams;
 * of a named subject it is `withheld` at every tier. `pictures` may have been encrypted while the exchange was still
 * to be answered; whether they are kept is decided here.
 */
export async function seal(
  exchange: ServedExchange,
  consent: GrantedConsent,
  settings: SealSettings,
  pictures: Pending | null | Promise<Pending | null> = sealPictures(exchange, consent, settings),
): Promise<OutboxEntry | null> {
  const grounds = groundsOf(consent);
  if (grounds === null) return null;
  const { tier, eventId } = grounds;
  const image = mayImagesWait(grounds) ? await pictures : null;
  const keepsText = mayKeep(tier, "text") && isPersonFree(consent);
  const record: StorableRecord = {
    id: exchange.id,
    createdAtMs: exchange.createdAtMs,
    organizationId: exchange.organizationId,
    subjectRef: consent.subjectRef,
    tier,
    consentEventId: eventId,
    contentHash: exchange.contentHash,
    metadata: exchange.metadata,
    action: mayKeep(tier, "action") ? actionOf(exchange) : null,
    instruction: keepsText ? exchange.instruction : null,
    textState: stateOf(exchange.instruction, keepsText, "stored"),
    imageState: stateOf(exchange.images.find(isPicture) ?? null, image !== null, "pending"),
  };
  return { record: markSealed(record), image };
}

/** Whether a consent lets `seal` keep anything of an exchange. */
export const mayKeepAnything = (consent: GrantedConsent): boolean => groundsOf(consent) !== null;

/** Null: nothing may be kept. */
function groundsOf(consent: GrantedConsent): Grounds | null {
  const { tier, eventId } = consent;
  if (tier === "none" || eventId === null) return null;
  return { ...consent, tier, eventId };
}

/** A stream that an administrator declared to hold no person: it has no subject. */
const isPersonFree = (consent: Pick<GrantedConsent, "subjectRef">): boolean => consent.subjectRef === null;

/** Without the seed of its key nothing can be encrypted. */
function mayImagesWait(grounds: Grounds): grounds is Grounds & { readonly keySeed: string } {
  return mayKeep(grounds.tier, "image") && grounds.keySeed !== null;
}

const stateOf = (part: unknown, kept: boolean, when: "stored" | "pending"): StorableRecord["textState"] => {
  if (part === null) return "absent";
  return kept ? when : "withheld";
};

/** An unsafe chunk may hold what JSON cannot say; then the checks that refused it are what is kept of it. */
function actionOf(exchange: ServedExchange): StorableRecord["action"] {
  const finite = exchange.actions.every((step) => step.every(Number.isFinite));
  return {
    actions: finite ? exchange.actions.map((step) => [...step]) : [],
    state: exchange.state?.every(Number.isFinite) ? [...exchange.state] : null,
    safetyScore: exchange.safetyScore,
    safetyChecks: [...exchange.safetyChecks],
  };
}

/**
 * The pictures as one ciphertext bound to its record, as many as one record keeps; null where none may wait. The
 * primary camera's alone needs no bundle.
 */
export async function sealPictures(
  { id, organizationId, images }: SeenExchange,
  consent: GrantedConsent,
  { PENDING_SECRET, RECORD_IMAGES_MAX_BYTES }: SealSettings,
): Promise<Pending | null> {
  const grounds = groundsOf(consent);
  if (grounds === null || !mayImagesWait(grounds)) return null;
  const { eventId, subjectRef, keySeed } = grounds;
  const pictures = keepableCameras(images, RECORD_IMAGES_MAX_BYTES).flatMap(pictureOf);
  const [first, ...others] = pictures;
  if (first === undefined) return null;
  const alone = others.length === 0 && first.camera === PRIMARY_CAMERA;
  const contentType = alone ? first.contentType : CAMERA_BUNDLE_TYPE;
  const key = await dataKey(PENDING_SECRET, keySeed, { organizationId, subjectRef, consentEventId: eventId });
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData: encoder.encode(id) };
  const plain = alone ? first.bytes : bundleCameras(pictures);
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plain));
  return markPending({ ciphertext, nonce, contentType });
}

/** A camera's picture with the type that its bytes have; none where they are no picture. */
function pictureOf(image: SeenImage & { readonly bytes: Uint8Array<ArrayBuffer> }) {
  const { camera, bytes } = image;
  if ((image.pixels ?? null) !== null) return [{ camera, bytes, contentType: PPM_TYPE }];
  const header = imageHeader(bytes);
  return "failure" in header ? [] : [{ camera, bytes, contentType: `image/${header.format}` }];
}
