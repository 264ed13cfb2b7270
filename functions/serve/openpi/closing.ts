import type { ProblemCode } from "../../contracts/problems.ts";

/** Why sockets end: the code they are closed with (RFC 6455, 7.4), or null where the other side was first. */
export const CLOSINGS = {
  /** What came is no frame of this protocol; openpi's own servers close like this after an error. */
  bad_frame: 1011,
  /** The key is not good any more. */
  key: 1008,
  /** A newer socket took the session. */
  replaced: 4001,
  /** A bug of ours. */
  bug: 1011,
  client: null,
  lost: null,
} as const;
export type Closing = keyof typeof CLOSINGS;

/** Problems that no later frame on this socket will be without. */
export const KEY_PROBLEMS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "missing_key",
  "unknown_key",
  "revoked_key",
  "expired_key",
  "missing_scope",
  "address_not_allowed",
]);
