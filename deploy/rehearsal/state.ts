import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** The variable that tells the stand-in of wrangler where to keep what it is told. */
export const REHEARSAL_VARIABLE = "HEADGATE_REHEARSAL";

const stateSchema = z.object({
  /** `name@jurisdiction`. */
  buckets: z.array(z.string()).default([]),
  secrets: z.record(z.string(), z.string()).default({}),
  tag: z.string().nullable().default(null),
  /** The words of every call, in order. */
  calls: z.array(z.string()).default([]),
});
export type RehearsedState = z.infer<typeof stateSchema>;

/** What the stand-in has been told so far. */
export function readState(folder: string): RehearsedState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(join(folder, "state.json"), "utf8")));
  } catch {
    return stateSchema.parse({});
  }
}
