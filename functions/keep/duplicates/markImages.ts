import type { SQL } from "drizzle-orm";
import { lockSignatures, storeImageSignatures } from "./store.ts";

/** A kept keyframe and its perceptual hash, as the model answers it: 64 numbers, 0 or 1. */
export interface HashedImage {
  readonly id: string;
  readonly createdAtMs: number;
  readonly bits: Float32Array;
}

/** A keyframe with its hash as text, and the nearest before it in its batch. */
export interface SignedImage {
  readonly id: string;
  readonly createdAtMs: number;
  /** 64 of `0` and `1`. */
  readonly signature: string;
  readonly mate: string | null;
  readonly mateDistanceBits: number | null;
}

/**
 * The statements that store the hashes of keyframes and mark each that nearly repeats an older one, by at most
 * that many differing bits: for a transaction in which their vectors are already there. Keyframes of a batch
 * see each other here, older ones in the database; a batch that comes again changes nothing.
 */
export function markImages(
  organizationId: string,
  images: readonly HashedImage[],
  mostDistanceBits: number,
): SQL[] {
  if (images.length === 0) return [];
  const signed = images.map(({ id, createdAtMs, bits }, index): SignedImage => {
    const [nearest] = images
      .slice(0, index)
      .map((before) => ({ id: before.id, distanceBits: differingBits(before.bits, bits) }))
      .filter(({ distanceBits }) => distanceBits <= mostDistanceBits)
      .sort((a, b) => a.distanceBits - b.distanceBits);
    const signature = Array.from(bits, (bit) => (bit > 0.5 ? "1" : "0")).join("");
    return {
      id,
      createdAtMs,
      signature,
      mate: nearest?.id ?? null,
      mateDistanceBits: nearest?.distanceBits ?? null,
    };
  });
  return [lockSignatures(organizationId), storeImageSignatures(organizationId, signed, mostDistanceBits)];
}

function differingBits(a: Float32Array, b: Float32Array): number {
  let differing = 0;
  for (let index = 0; index < a.length; index++) {
    if ((a[index] ?? 0) > 0.5 !== (b[index] ?? 0) > 0.5) differing += 1;
  }
  return differing;
}
