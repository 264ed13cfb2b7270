import { z } from "zod";
import { PURPOSES } from "../../../collapse/contracts/harm.ts";
import { DIMENSIONS } from "../../../collapse/contracts/metrics.ts";

/** Goes up with every change of the engine that may change a number in here. */
export const MEASURED_VERSION = 1;

/** Which real rows the check is given: those that the generator saw, or others. */
export const ARMS = ["seen", "fresh"] as const;
export type Arm = (typeof ARMS)[number];

const channelSchema = z.strictObject({
  purpose: z.enum(PURPOSES),
  channel: z.string(),
  subject: z.string().nullable(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
  nullHigh: z.number(),
  nullSd: z.number(),
  margin: z.number(),
  eligible: z.boolean(),
  rowsNeeded: z.number().nullable(),
});

/** Excesses of one metric over all that it was taken of, in half-widths at 1,000 rows a side. */
const excessSchema = z.strictObject({
  dimension: z.enum(DIMENSIONS),
  metric: z.string(),
  /** The three largest. */
  top: z.array(z.number()),
  beyond: z.number(),
  of: z.number(),
});

/** All that a verdict on one case rests on, so that ways of judging can be compared without measuring again. */
export const measuredCaseSchema = z.strictObject({
  case: z.string(),
  arm: z.enum(ARMS),
  /** Why there is nothing to judge; null where there is. */
  failure: z.string().nullable(),
  p: z.number(),
  t: z.number(),
  null95: z.number(),
  rowsASide: z.number(),
  enoughRows: z.boolean(),
  /** Channels that could not be measured are left out. */
  channels: z.array(channelSchema),
  excesses: z.array(excessSchema),
  /** Simple rules that flag it, by name. */
  baselines: z.record(z.string(), z.boolean()),
  seconds: z.number(),
});
export type MeasuredCase = z.infer<typeof measuredCaseSchema>;
