import type { Clock, Random } from "./ports.ts";
import { toHex } from "./toHex.ts";

/** Every identifier on the wire is a prefix and a UUIDv7; tables hold the UUID alone. */
export const ID_PREFIXES = {
  inference: "inf",
  organization: "org",
  key: "key",
  consentEvent: "evt",
  feedback: "fb",
  request: "req",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

/**
 * A UUIDv7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then random bits; sorts by time of creation.
 */
export function newUuid(clock: Clock, random: Random): string {
  const bytes = random.bytes(16);
  const nowMs = clock.now();
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  view.setUint32(0, Math.floor(nowMs / 0x10000));
  view.setUint16(4, nowMs % 0x10000);
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70);
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  const text = toHex(bytes);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

/** The creation time inside a UUIDv7, in milliseconds since 1970. */
export const uuidTimeMs = (uuid: string): number => Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** `inf_0199…`: how an identifier is written outside. */
export const toPublicId = (kind: IdKind, uuid: string): string => `${ID_PREFIXES[kind]}_${uuid}`;

/** The last moment of the year 9999: no table has a time behind it. */
const LATEST_MS = 253_402_300_799_999;

/** The UUID inside a public identifier of that kind, or null when it is none, or names no moment of ours. */
export function fromPublicId(kind: IdKind, text: string): string | null {
  const prefix = `${ID_PREFIXES[kind]}_`;
  const uuid = text.slice(prefix.length);
  return text.startsWith(prefix) && UUID_V7.test(uuid) && uuidTimeMs(uuid) <= LATEST_MS ? uuid : null;
}
