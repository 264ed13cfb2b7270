import { z } from "zod";

/** What a process of the benchmark is asked for. */
export const jobSchema = z.strictObject({
  kind: z.enum(["scan", "check"]),
  candidate: z.string(),
  reference: z.string(),
  quick: z.boolean(),
});
export type Job = z.infer<typeof jobSchema>;

/** What it took, from the call to its end. */
export const measuredSchema = z.strictObject({
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  /** The most resident memory that the process ever had. */
  peakMegabytes: z.number(),
  /** In the order in which they began; each ends where the next begins. */
  phases: z.array(z.strictObject({ phase: z.string(), seconds: z.number() })),
  verdict: z.string().nullable(),
});
export type Measured = z.infer<typeof measuredSchema>;
