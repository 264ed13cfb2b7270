import type { Configuration } from "../../contracts/configuration.ts";
import { newUuid, uuidTimeMs } from "../../contracts/identifiers.ts";
import type { Clock, Random } from "../../contracts/ports.ts";
import { createKeyDigester, type KeyDigest } from "./digestKey.ts";
import { makeKeyText } from "./keyText.ts";
import type { KeyEnvironment } from "./schema.ts";

export interface KeySecretPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly configuration: Configuration;
}

/** What makes a key that key: its id, its text, and all of the text that is ever stored. */
export interface KeySecret extends KeyDigest {
  readonly id: string;
  /** Shown once, stored nowhere. */
  readonly text: string;
  readonly keyId: string;
  /** Enough of the text to tell keys apart by eye. */
  readonly hint: string;
  /** The time inside the id, so that keys sort by either. */
  readonly createdAt: string;
}

const HINT_TAIL_CHARACTERS = 4;

/** Makes the text of a new key and its digest under the newest pepper. */
export async function makeKeySecret(
  environment: KeyEnvironment,
  { clock, random, configuration }: KeySecretPorts,
): Promise<KeySecret> {
  const id = newUuid(clock, random);
  const { text, keyId } = makeKeyText(configuration.CELL, environment, random);
  const head = text.slice(0, text.indexOf(keyId) + keyId.length);
  return {
    id,
    text,
    keyId,
    hint: `${head}…${text.slice(-HINT_TAIL_CHARACTERS)}`,
    createdAt: new Date(uuidTimeMs(id)).toISOString(),
    ...(await createKeyDigester(configuration.KEY_PEPPERS).newest(text)),
  };
}
