import { z } from "zod";
import { PROVIDERS } from "../networks/session.ts";
import { pricesSchema } from "./recommendations.ts";

const roleSchema = z.enum(["feature", "target", "group", "time", "id", "ignore"]);
const kindSchema = z.enum(["number", "level", "category", "date", "text", "vector", "id"]);

/** What a schema file says of one column of the reference. */
const schemaColumnSchema = z.strictObject({
  type: kindSchema.optional(),
  role: roleSchema.optional(),
  /** What the numbers of both tables are measured in, for people. Said, a change by a factor is judged, not refused. */
  unit: z.string().min(1).max(40).optional(),
  /** The candidate's name of the column, where it is another. */
  rename_from: z.string().min(1).optional(),
  /** The candidate's numbers times this are in the reference's unit. */
  scale: z
    .number()
    .refine((scale) => scale !== 0, "must not be 0")
    .optional(),
});
export type SchemaColumn = z.infer<typeof schemaColumnSchema>;

/** A schema file: what the inference of types is to be told. */
export const schemaFileSchema = z.strictObject({ columns: z.record(z.string(), schemaColumnSchema) });
export type SchemaFile = z.infer<typeof schemaFileSchema>;

export const checkOptionsSchema = z.strictObject({
  candidate: z.array(z.string().min(1)).min(1),
  /** Real rows; empty: none are at hand. */
  reference: z.array(z.string().min(1)).default([]),
  purpose: z.enum(["predict", "generate", "both"]).default("both"),
  target: z.string().optional(),
  group: z.string().optional(),
  time: z.string().optional(),
  schema: schemaFileSchema.default({ columns: {} }),
  seed: z.coerce.number().int().min(0).max(0xffffffff).default(1),
  /** Fewer draws and pairs: faster, with wider intervals. */
  quick: z.boolean().default(false),
  /** What the user pays: recommendations come with their costs. */
  prices: pricesSchema.optional(),
  /** What networks are trained on, where any are. */
  provider: z.enum(PROVIDERS).default("cpu"),
  /** Times the margins of harm, in logarithms and nats: 0.5 is twice as strict. */
  margin: z.number().min(0.1).max(10).default(1),
  /** Whether reasons may quote values of rows. */
  showValues: z.boolean().default(false),
  /** Whether the report says what took how long; it then differs from run to run. */
  timing: z.boolean().default(false),
  maxMemoryBytes: z.number().int().positive().optional(),
  /** What people call a file that was brought from elsewhere, by its path: reports and failures name it so. */
  called: z.record(z.string(), z.string()).default({}),
});
/** What a check is asked for, as callers write it. */
export type CheckRequest = z.input<typeof checkOptionsSchema>;
export type CheckOptions = z.output<typeof checkOptionsSchema>;
