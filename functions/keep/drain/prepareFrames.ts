import { done } from "../../contracts/outcome.ts";
import type { Anonymizer } from "../../contracts/ports.ts";
import { mayKeep } from "../../contracts/tiers.ts";
import { anonymizeImages, type SealedImages } from "../../guard/seal/anonymizeImages.ts";
import type { DrainPorts } from "./drainPorts.ts";
import { inLanes } from "./inLanes.ts";
import { newTraceparent } from "./newTraceparent.ts";
import type { LedgerLine } from "./readLedger.ts";
import { ledgerRef, type WaitingImage } from "./waitingEntry.ts";

/** What becomes of an entry's images: they may be stored, are given up, are tried again, or wait for the anonymizer. */
export type Prepared =
  | { readonly kind: "frames"; readonly entry: WaitingImage; readonly images: SealedImages }
  | { readonly kind: "withhold" | "later" | "wait"; readonly entry: WaitingImage };

/** Pictures that one drain sends at a time: enough to keep an anonymizer busy, and few enough to hold. */
const LANES = 4;
/** For all pictures of one record. */
const ANONYMIZE_DEADLINE_MS = 30_000;

/**
 * Anonymizes the images of entries as far as the ledger still allows them. Where the anonymizer is away, an image
 * waits for it and nothing is counted against it; one that cannot be anonymized is given up at the third failure;
 * and either when it is too old. After the first that finds it away, the others of the call do not ask.
 */
export function prepareFrames(
  entries: readonly WaitingImage[],
  ledger: (subjectRef: string) => LedgerLine,
  ports: DrainPorts,
): Promise<Prepared[]> {
  let isAway = false;
  return inLanes(entries, LANES, async (entry) => {
    const prepared = await prepare(entry, ledger(ledgerRef(entry)), isAway, ports);
    isAway ||= prepared.isAway;
    return prepared.outcome;
  });
}

/** For a stream that an administrator declared to hold no person; metadata are taken out all the same. */
const NOBODY_THERE: Anonymizer = { anonymize: (picture) => Promise.resolve(done(picture)) };

const looksAt = ({ record }: WaitingImage, { ANONYMIZE_PICTURES_OF }: DrainPorts["configuration"]): boolean =>
  record.subjectRef !== null || ANONYMIZE_PICTURES_OF === "everybody";

async function prepare(
  entry: WaitingImage,
  line: LedgerLine,
  skip: boolean,
  ports: DrainPorts,
): Promise<{ outcome: Prepared; isAway: boolean }> {
  const { anonymizer, clock, configuration, meter } = ports;
  if (!mayKeep(line.tier, "image") || line.keySeed === null) {
    return { outcome: { kind: "withhold", entry }, isAway: false };
  }
  const tooOld = clock.now() - entry.record.createdAtMs > configuration.OUTBOX_DEAD_AFTER_MS;
  const wait: Prepared = { kind: tooOld ? "withhold" : "wait", entry };
  if (skip) return { outcome: wait, isAway: true };
  const anonymized = await anonymizeImages(entry, {
    keySeed: line.keySeed,
    pendingSecret: configuration.PENDING_SECRET,
    anonymizer: looksAt(entry, configuration) ? anonymizer : NOBODY_THERE,
    deadlineAtMs: clock.now() + ANONYMIZE_DEADLINE_MS,
    traceparent: newTraceparent(ports),
  });
  if (anonymized.ok) return { outcome: { kind: "frames", entry, images: anonymized.value }, isAway: false };
  meter.count("headgate_drain_failures_total", { part: "anonymizer" });
  if (anonymized.failure === "anonymizer_away") return { outcome: wait, isAway: true };
  const tooOften = entry.attempts + 1 >= configuration.ANONYMIZE_MAX_ATTEMPTS;
  return { outcome: { kind: tooOld || tooOften ? "withhold" : "later", entry }, isAway: false };
}
