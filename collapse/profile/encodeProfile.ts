import { BUCKETS } from "../contracts/aggregates.ts";
import { putFrame, putPlan } from "./frameTape.ts";
import { type Header, headerSchema } from "./header.ts";
import type { Learned } from "./learned.ts";
import { writeTape } from "./numberTape.ts";
import { MOST_NUMBERS, seal } from "./sealed.ts";
import { putSummary } from "./summaryTape.ts";

/** Names of the files, and how many rows of the sample go with the profile. */
export interface ProfileOptions {
  readonly files: readonly string[];
  readonly sampledRows: number;
}

/** A profile's bytes: the same for the same rows, seed and options. Null where it would hold more than one may. */
export function encodeProfile(learned: Learned, { files, sampledRows }: ProfileOptions): Uint8Array | null {
  const { plan, frame, summary, seed } = learned;
  const tape = writeTape();
  const sampled = Math.min(sampledRows, summary.sample.rows);
  const words = { plan: putPlan(plan, tape), ...putFrame(frame, tape) };
  putSummary(summary, sampled, tape);
  const header: Header = { seed, rows: summary.rows, files: [...files], ...words, buckets: BUCKETS, sampled };
  const numbers = tape.numbers();
  // What this version would not read again it must not write.
  return numbers.length > MOST_NUMBERS ? null : seal(headerSchema.parse(header), numbers);
}
