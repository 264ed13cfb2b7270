import { randomBytes } from "node:crypto";
import type { Clock, Random } from "../functions/contracts/ports.ts";

/** The system's clock. */
export const CLOCK: Clock = {
  now: Date.now,
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
};

/** The system's generator. */
export const RANDOM: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };

const PASSWORD_BYTES = 32;

/** A password that a URL carries as it is. */
export const makePassword = (): string => randomBytes(PASSWORD_BYTES).toString("base64url");
