import type { AuditBreak } from "./schema.ts";

/** Of several breaks the one that comes first in the chain; null where there is none. */
export const earliest = (breaks: readonly (AuditBreak | null)[]): AuditBreak | null =>
  breaks
    .filter((found) => found !== null)
    .reduce<AuditBreak | null>(
      (first, found) => (first !== null && first.seq <= found.seq ? first : found),
      null,
    );
