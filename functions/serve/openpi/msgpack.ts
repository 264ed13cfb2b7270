import { Packr, Unpackr } from "msgpackr";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";

/** What a frame may hold, on the way out: objects are maps with text keys. */
export type WireValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly WireValue[]
  | { readonly [key: string]: WireValue }
  | ReadonlyMap<Uint8Array, WireValue>;

// Maps stay maps, because openpi's arrays have binary keys; no record extension, which nobody else reads.
const OPTIONS = { mapsAsObjects: false, useRecords: false, int64AsType: "number" } as const;
const packr = new Packr(OPTIONS);

/** Writes one frame. */
export const packFrame = (value: WireValue): Uint8Array => packr.pack(value);

/**
 * Reads one msgpack value; maps are `Map`s, byte strings are views of the frame, not copies. Fails on whatever
 * is no msgpack, or more than one value.
 */
export function unpackFrame(bytes: Uint8Array): Outcome<unknown, "not_msgpack"> {
  try {
    // One reader for each frame: what a broken one leaves behind must not meet the next.
    return done(new Unpackr(OPTIONS).unpack(bytes));
  } catch {
    return failed("not_msgpack");
  }
}
