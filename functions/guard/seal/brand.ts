import type { Pending, Sealed } from "../../contracts/records.ts";

// The only two places where a value becomes Sealed or Pending; a house test looks for others.

/** Vouches that a value may be stored. Only for this folder: call it on what was reduced or anonymized. */
export const markSealed = <Value>(value: Value): Sealed<Value> => value as Sealed<Value>;

/** Vouches that bytes are ciphertext under a subject's data key. Only for this folder. */
export const markPending = (waiting: Pick<Pending, "ciphertext" | "nonce" | "contentType">): Pending =>
  waiting as Pending;
