import { z } from "zod";
import { DIMENSIONS } from "./metrics.ts";
import { recommendationSchema } from "./recommendations.ts";
import { rowsSchema } from "./rows.ts";

export const SCHEMA_VERSION = 1;

export const VERDICTS = ["healthy", "collapsed", "indeterminate", "insufficient_data"] as const;
export const verdictSchema = z.enum(VERDICTS);
export type Verdict = z.infer<typeof verdictSchema>;

/** One thing that was found, its number beside the null's range. */
export const findingSchema = z.strictObject({
  metric: z.string(),
  subject: z.string().nullable(),
  value: z.number(),
  null_low: z.number(),
  null_high: z.number(),
  z: z.number(),
  /** One plain sentence. */
  says: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

export const dimensionSchema = z.strictObject({
  /** 0 to 100: 100 at the null; null where nothing can be computed. */
  score: z.number().min(0).max(100).nullable(),
  status: z.enum(["ok", "warn", "bad", "not_computable"]),
  /** The worst first, at most ten. */
  findings: z.array(findingSchema),
});

export const harmChannelSchema = z.strictObject({
  channel: z.string(),
  subject: z.string().nullable(),
  /** Predictive: error on real rows, times that of a model of as many real rows. Generative: extra nats. */
  value: z.number(),
  low: z.number(),
  high: z.number(),
  null_high: z.number(),
  margin: z.number(),
  eligible: z.boolean(),
  rows_needed: z.number().nullable(),
});

export const purposeHarmSchema = z.strictObject({
  verdict: verdictSchema,
  /** Why, in one sentence. */
  because: z.string(),
  channels: z.array(harmChannelSchema),
});

export const reportSchema = z.strictObject({
  schema_version: z.literal(SCHEMA_VERSION),
  verdict: verdictSchema,
  /** Null until constants come out of the benchmark: a confidence that nobody measured is none. */
  confidence: z.number().min(0).max(1).nullable(),
  score: z.number().min(0).max(100).nullable(),
  /** The worst three findings in plain words. */
  summary: z.array(z.string()),
  evidence: z
    .strictObject({ p: z.number(), t: z.number(), null_95: z.number(), rows_a_side: z.number() })
    .nullable(),
  harm: z.strictObject({
    predictive: purposeHarmSchema.nullable(),
    generative: purposeHarmSchema.nullable(),
    copies: z.strictObject({ of_candidate: z.number(), of_reference: z.number() }).nullable(),
  }),
  dimensions: z.strictObject(
    Object.fromEntries(DIMENSIONS.map((name) => [name, dimensionSchema])) as Record<
      (typeof DIMENSIONS)[number],
      typeof dimensionSchema
    >,
  ),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.string(),
      role: z.string(),
      because: z.string(),
      analyzed: z.boolean(),
      /** The largest |z| of the column's own metrics. */
      z: z.number().nullable(),
    }),
  ),
  /** Which rows do it; null where nobody looked (`quick`). */
  rows: rowsSchema.nullable(),
  /** What to do about it, the best first, at most six; null where nothing was tried (`quick`). */
  recommendations: z.array(recommendationSchema).max(6).nullable(),
  data: z.strictObject({
    /** What is judged: a row, a document, an episode. */
    unit: z.enum(["row", "document", "episode"]),
    candidate: z.strictObject({ files: z.array(z.string()), rows: z.number() }),
    reference: z.strictObject({ files: z.array(z.string()), rows: z.number() }).nullable(),
    sampled: z.strictObject({ candidate: z.number(), reference: z.number() }),
    /** Columns of the candidate that the reference has not. */
    ignored: z.array(z.string()),
  }),
  notes: z.array(z.string()),
  seed: z.number(),
  /** Absent unless somebody asked: it differs from run to run. */
  timing: z
    .strictObject({
      seconds: z.number(),
      phases: z.array(z.strictObject({ phase: z.string(), seconds: z.number() })),
    })
    .exactOptional(),
});
export type Report = z.infer<typeof reportSchema>;
