import { BUCKETS } from "../contracts/aggregates.ts";
import { putFrame, putPlan } from "./frameTape.ts";
import { type Header, headerSchema } from "./header.ts";
import type { Learned } from "./learned.ts";
import { writeTape } from "./numberTape.ts";
import { partsOf } from "./partsOf.ts";
import { MOST_NUMBERS, seal } from "./sealed.ts";
import { putSummary } from "./summaryTape.ts";

/** Names of the files, and how many rows of the sample go with the profile. */
export interface ProfileOptions {
  readonly files: readonly string[];
  readonly sampledRows: number;
}

const warningOf = (rows: number): string | null =>
  rows === 0 ? null : `It holds ${rows} real rows: guard it as the rows themselves.`;

/** A profile's bytes: the same for the same rows, seed and options. Null where it would hold more than one may. */
export function encodeProfile(learned: Learned, { files, sampledRows }: ProfileOptions): Uint8Array | null {
  const { plan, frame, summary, seed } = learned;
  const tape = writeTape();
  const sampled = Math.min(sampledRows, summary.sample.rows);
  const words = { plan: putPlan(plan, tape), ...putFrame(frame, tape) };
  // Rows of a group may be in several parts, which would split it; and whoever has rows draws of these.
  const parts = sampled > 0 || plan.group !== null ? [] : partsOf(summary.sample, frame);
  putSummary(summary, { sampled, parts }, tape);
  const header: Header = {
    seed,
    rows: summary.rows,
    files: [...files],
    ...words,
    buckets: BUCKETS,
    sampled,
    warning: warningOf(sampled),
    parts: parts.length,
  };
  const numbers = tape.numbers();
  // What this version would not read again it must not write.
  return numbers.length > MOST_NUMBERS ? null : seal(headerSchema.parse(header), numbers);
}
