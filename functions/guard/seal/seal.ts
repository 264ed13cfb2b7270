import type { EncodedImage } from "../../contracts/observations.ts";
import type {
  OutboxEntry,
  Pending,
  RecordMetadata,
  SafetyCheck,
  StorableRecord,
} from "../../contracts/records.ts";
import { mayKeep } from "../../contracts/tiers.ts";
import { imageHeader } from "../gates/imageHeader.ts";
import type { GrantedConsent } from "../leases/admission.ts";
import { markPending, markSealed } from "./brand.ts";
import { dataKey } from "./dataKey.ts";

/** A served exchange with everything in it, raw: nothing of it may be stored before it went through `seal`. */
export interface ServedExchange {
  readonly id: string;
  readonly createdAtMs: number;
  readonly organizationId: string;
  readonly contentHash: string;
  readonly metadata: RecordMetadata;
  readonly actions: readonly (readonly number[])[];
  readonly state: readonly number[] | null;
  readonly safetyScore: number;
  readonly safetyChecks: readonly SafetyCheck[];
  readonly instruction: string | null;
  readonly image: EncodedImage | null;
}

/** Consent that allows something to be kept, with the event that says so. */
type Grounds = Pick<GrantedConsent, "subjectRef" | "keySeed"> & {
  readonly tier: StorableRecord["tier"];
  readonly eventId: string;
};

const NONCE_BYTES = 12;
const encoder = new TextEncoder();

/**
 * Reduces an exchange to what its consent keeps (KEPT_FROM), and encrypts what still has to be anonymized.
 * Null: nothing may be kept. Until there are anonymizers for people, free text and images are kept only for
 * person-free streams; of a named subject they are `withheld` at every tier.
 */
export async function seal(
  exchange: ServedExchange,
  consent: GrantedConsent,
  pendingSecret: string,
): Promise<OutboxEntry | null> {
  const { tier, eventId } = consent;
  if (tier === "none" || eventId === null) return null;
  const grounds: Grounds = { ...consent, tier, eventId };
  const image = await pendingImage(exchange, grounds, pendingSecret);
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
    imageState: stateOf(exchange.image?.bytes ?? null, image !== null, "pending"),
  };
  return { record: markSealed(record), image };
}

/** A stream that an administrator declared to hold no person: it has no subject. */
const isPersonFree = (consent: Pick<GrantedConsent, "subjectRef">): boolean => consent.subjectRef === null;

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

/** The image as ciphertext bound to its record, or null where it may not wait at all. */
async function pendingImage(
  { id, organizationId, image }: ServedExchange,
  { tier, eventId, subjectRef, keySeed }: Grounds,
  secret: string,
): Promise<Pending | null> {
  const mayWait = mayKeep(tier, "image") && isPersonFree({ subjectRef });
  if (!mayWait || keySeed === null || !image?.bytes) return null;
  const header = imageHeader(image.bytes);
  if ("failure" in header) return null;
  const key = await dataKey(secret, keySeed, { organizationId, subjectRef, consentEventId: eventId });
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData: encoder.encode(id) };
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, image.bytes));
  return markPending({ ciphertext, nonce, contentType: `image/${header.format}` });
}
