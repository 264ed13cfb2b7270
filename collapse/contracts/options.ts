import { z } from "zod";

const roleSchema = z.enum(["feature", "target", "group", "time", "id", "ignore"]);
const kindSchema = z.enum(["number", "level", "category", "date", "text", "vector", "id"]);

/** A schema file: what the inference of types is to be told. */
export const schemaFileSchema = z.strictObject({
  columns: z.record(z.string(), z.strictObject({ type: kindSchema.optional(), role: roleSchema.optional() })),
});
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
  maxMemoryBytes: z.number().int().positive().optional(),
});
/** What a check is asked for, as callers write it. */
export type CheckRequest = z.input<typeof checkOptionsSchema>;
export type CheckOptions = z.output<typeof checkOptionsSchema>;
