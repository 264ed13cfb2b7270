import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Random } from "../../contracts/ports.ts";
import { bytesToInteger, toBase62 } from "./base62.ts";
import { crc32 } from "./crc32.ts";

export type KeyMode = "live" | "test";

/** What a key says about itself before anybody is asked. */
export interface KeyText {
  readonly cell: string;
  readonly mode: KeyMode;
  /** The public half: the eight characters under which the key is looked up. */
  readonly keyId: string;
  readonly text: string;
}

export type KeyTextFailure = "malformed" | "checksum";

const ID_CHARACTERS = 8;
const SECRET_BYTES = 32;
const SECRET_CHARACTERS = 43;
const CRC_CHARACTERS = 6;
const FORM = /^hg_([a-z]{2,8}[0-9]{0,2})_(live|test)_([0-9A-Za-z]{8})[0-9A-Za-z]{43}([0-9A-Za-z]{6})$/;
const LONGEST = 90;

const checksum = (body: string): string => toBase62(BigInt(crc32(body)), CRC_CHARACTERS);

/**
 * A new key, `hg_<cell>_<mode>_<8 id><43 secret><6 crc>`: 256 random bits of secret in base 62, and the CRC-32
 * of all that precedes, so that a mistyped key is refused before anybody is asked and scanners can tell a
 * leaked key from noise.
 */
export function makeKeyText(cell: string, mode: KeyMode, random: Random): KeyText {
  const keyId = toBase62(bytesToInteger(random.bytes(16)), ID_CHARACTERS).slice(-ID_CHARACTERS);
  const secret = toBase62(bytesToInteger(random.bytes(SECRET_BYTES)), SECRET_CHARACTERS);
  const body = `hg_${cell}_${mode}_${keyId}${secret}`;
  return { cell, mode, keyId, text: body + checksum(body) };
}

/** Reads a key as presented. `checksum` means that it looks like a key, but was never made. */
export function parseKeyText(text: string): Outcome<KeyText, KeyTextFailure> {
  const match = text.length > LONGEST ? null : FORM.exec(text);
  if (match === null) return failed("malformed");
  const [, cell = "", mode = "", keyId = "", crc = ""] = match;
  if (checksum(text.slice(0, -CRC_CHARACTERS)) !== crc) return failed("checksum");
  return done({ cell, mode: mode === "live" ? "live" : "test", keyId, text });
}
