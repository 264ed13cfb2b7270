import {
  FEEDBACK_PARTS,
  type FeedbackBody,
  type FeedbackChange,
  type FeedbackRecord,
} from "../../contracts/feedback.ts";
import type { Sealed } from "../../contracts/records.ts";
import { type ConsentTier, mayKeep, weakerTier } from "../../contracts/tiers.ts";
import { markSealed } from "./brand.ts";

/** Feedback with everything in it, raw: nothing of it may be stored before it went through `sealFeedback`. */
export type GivenFeedback = Omit<FeedbackRecord, "tier" | "consentEventId" | "textState">;

/** What the ledger says now of the subject of an exchange, cut to what the caller's key may have kept. */
export interface Standing {
  readonly tier: ConsentTier;
  readonly eventId: string | null;
}

/**
 * Reduces feedback to what the tier of its subject keeps; null: nothing may be kept. Until there is
 * an anonymizer of text, what somebody wrote is kept only for person-free streams.
 */
export function sealFeedback(given: GivenFeedback, standing: Standing): Sealed<FeedbackRecord> | null {
  const { tier, eventId } = standing;
  if (tier === "none" || eventId === null) return null;
  const textState = holdsText(given.body) ? ("stored" as const) : ("absent" as const);
  const reduced = reduceFeedback({ ...given, tier, consentEventId: eventId, textState }, tier);
  return reduced === null ? null : markSealed(reduced);
}

/** Takes out of feedback what a tier does not keep, to store or to show it. It can only lose; null: all of it. */
export function reduceFeedback<Kept extends ReducibleFeedback>(
  feedback: Kept,
  tierNow: ConsentTier,
): Kept | null {
  const tier = weakerTier(feedback.tier, tierNow);
  if (tier === "none") return null;
  const mayKeepText = mayKeep(tier, "text") && feedback.subjectRef === null;
  const entries = Object.entries(feedback.body).filter(([name]) => {
    const part = isMember(name) ? FEEDBACK_PARTS[name] : "text";
    return part === "text" ? mayKeepText : mayKeep(tier, part);
  });
  const withheld = feedback.textState === "stored" && !mayKeepText;
  return {
    ...feedback,
    tier,
    body: Object.fromEntries(entries),
    textState: withheld ? "withheld" : feedback.textState,
  };
}

type ReducibleFeedback = Pick<FeedbackRecord, "tier" | "subjectRef" | "body" | "textState">;

/** The same for a change of feedback that is kept: a note is text too. */
export function sealFeedbackChange(
  change: {
    readonly triage: FeedbackChange["triage"];
    readonly rating: number | null;
    readonly note: string | null;
  },
  kept: Pick<FeedbackRecord, "tier" | "subjectRef">,
): Sealed<FeedbackChange> {
  const keepsText = mayKeep(kept.tier, "text") && kept.subjectRef === null;
  const noteState = change.note === null ? "absent" : keepsText ? "stored" : "withheld";
  return markSealed({ ...change, note: keepsText ? change.note : null, noteState });
}

const isMember = (name: string): name is keyof FeedbackBody => Object.hasOwn(FEEDBACK_PARTS, name);

const holdsText = (body: FeedbackBody): boolean =>
  Object.keys(body).some((name) => isMember(name) && FEEDBACK_PARTS[name] === "text");
