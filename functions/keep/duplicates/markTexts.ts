import type { SQL } from "drizzle-orm";
import { lockSignatures, storeTextSignatures } from "./store.ts";
import { signText, similarityOf } from "./textSignature.ts";

/** A normalized text that nobody has stored yet. */
export interface FreshText {
  readonly hash: string;
  readonly text: string;
  /** When the first record that holds it was made, in milliseconds since 1970. */
  readonly createdAtMs: number;
}

/** A fresh text with its signature, and the first before it in its batch that it nearly repeats. */
export interface SignedText extends ReturnType<typeof signText> {
  readonly hash: string;
  readonly createdAtMs: number;
  readonly mate: string | null;
  readonly mateSimilarity: number | null;
}

/**
 * The statements that store the signatures of fresh texts and mark each that nearly repeats an older one: for
 * the transaction that stores their vectors, behind them. Texts of a batch see each other here, older ones in
 * the database; whoever was stored first stands, and a batch that comes again changes nothing.
 */
export function markTexts(
  organizationId: string,
  texts: readonly FreshText[],
  leastSimilarity: number,
): SQL[] {
  if (texts.length === 0) return [];
  const signed: SignedText[] = [];
  for (const { hash, text, createdAtMs } of texts) {
    const own = signText(text);
    const similarityTo = (before: SignedText) => similarityOf(before.signature, own.signature);
    const mate = signed.find((before) => similarityTo(before) >= leastSimilarity);
    const mateSimilarity = mate === undefined ? null : similarityTo(mate);
    signed.push({ ...own, hash, createdAtMs, mate: mate?.hash ?? null, mateSimilarity });
  }
  return [lockSignatures(organizationId), storeTextSignatures(organizationId, signed, leastSimilarity)];
}
