import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import { unpackFrame } from "./msgpack.ts";
import { membersOf, readValue } from "./ndarray.ts";

/** What a client may send: an observation, or a word about its episode. */
export type Frame =
  | { readonly kind: "observation"; readonly members: ReadonlyMap<string, unknown> }
  | { readonly kind: "episode_start"; readonly number: number | null }
  | { readonly kind: "episode_end" }
  | { readonly kind: "unknown_control" };

/** Reads one binary frame of a client; fails with one sentence about what is wrong with it. Never throws. */
export function readFrame(bytes: Uint8Array): Outcome<Frame, string> {
  const unpacked = unpackFrame(bytes);
  if (!unpacked.ok) return failed("the frame is not one msgpack value");
  if (!(unpacked.value instanceof Map)) return failed("the frame is not a msgpack map");
  const members = membersOf(unpacked.value);
  return done(members.has("__ctrl__") ? readControl(members) : { kind: "observation", members });
}

function readControl(members: ReadonlyMap<string, unknown>): Frame {
  switch (members.get("__ctrl__")) {
    case "episode_start":
      return { kind: "episode_start", number: integerOf(members.get("__episode_id__")) };
    case "episode_end":
      return { kind: "episode_end" };
    default:
      return { kind: "unknown_control" };
  }
}

/** A whole number, plain or as a numpy scalar; null for anything else. */
function integerOf(value: unknown): number | null {
  const reading = readValue(value);
  const plain = reading.ok && reading.value.kind === "value" ? reading.value.value : null;
  return typeof plain === "number" && Number.isSafeInteger(plain) ? plain : null;
}
