import { z } from "zod";
import { BUCKETS } from "../contracts/aggregates.ts";

// The part of a profile that is words; whatever is numbers lies on the tape behind it.

const MOST_COLUMNS = 16_384;
const MOST_VARIABLES = 3 * MOST_COLUMNS;
const MOST_LEVELS = 5_000;
const MOST_EDGES = 2_048;
const MOST_PAIRS = 200;
const MOST_FEATURES = 256;
const MOST_SAMPLED = 50_000;
const MOST_PARTS = 512;

const index = z.number().int().min(0);
const text = z.string();

const columnSchema = z.strictObject({
  name: text,
  kind: z.enum(["number", "level", "category", "date", "text", "vector", "id"]),
  role: z.enum(["feature", "target", "group", "time", "id", "ignore"]),
  because: text,
  values: z.enum(["number", "string", "boolean", "date"]).exactOptional(),
  /** Of how many values the quantiles on the tape are, and how many quantiles these are. */
  quantiles: z.strictObject({ of: index, count: index.max(1_000) }).exactOptional(),
  width: index.exactOptional(),
  unit: text.exactOptional(),
  derivedFrom: text.exactOptional(),
});
const readsSchema = z.strictObject({
  text: z.boolean().exactOptional(),
  vectors: z.boolean().exactOptional(),
});

const named = { name: text, column: index, isTarget: z.boolean() };
const variableSchema = z.union([
  z.strictObject({
    kind: z.literal("number"),
    part: z.enum(["value", "epoch"]),
    ...named,
    edges: index.max(MOST_EDGES),
  }),
  z.strictObject({
    kind: z.literal("level"),
    part: z.enum(["value", "weekday", "hour"]),
    ...named,
    /** Strings as they are; of numbers how many, since JSON has no infinity. */
    levels: z.union([z.array(text).max(MOST_LEVELS), index.max(MOST_LEVELS)]),
  }),
]);

const encodingSchema = z.strictObject({
  dense: index,
  features: z.array(z.strictObject({ variable: index, name: text })).max(MOST_FEATURES),
  scoreFeatures: z.array(z.number().int().min(-1)),
});

/** What a profile says of itself. Every index points to what is there. */
export const headerSchema = z
  .strictObject({
    seed: index.max(0xffffffff),
    rows: index,
    /** Names of the files that it was made of; nothing else is kept of where these lie. */
    files: z.array(text),
    plan: z.strictObject({
      columns: z.array(columnSchema).max(MOST_COLUMNS),
      group: text.nullable(),
      reads: readsSchema.exactOptional(),
    }),
    variables: z.array(variableSchema).max(MOST_VARIABLES),
    pairs: z.array(z.tuple([index, index])).max(MOST_PAIRS),
    encoding: encodingSchema,
    buckets: z.literal(BUCKETS),
    /** Real rows that it holds, and the warning that goes with them. */
    sampled: index.max(MOST_SAMPLED),
    warning: text.nullable(),
    /** Statistics of parts of the sample, where its rows are left out. */
    parts: index.max(MOST_PARTS),
  })
  .refine(
    ({ plan, variables }) => variables.every(({ column }) => column < plan.columns.length),
    "a variable is of no column",
  )
  .refine(
    ({ variables, pairs }) => pairs.every(([left, right]) => left < right && right < variables.length),
    "a pair is of no variables",
  )
  .refine(
    ({ variables, encoding }) => isEncodingOf(encoding, variables.length),
    "a feature is of no variable",
  );
export type Header = z.infer<typeof headerSchema>;

function isEncodingOf(
  { dense, features, scoreFeatures }: z.infer<typeof encodingSchema>,
  variables: number,
): boolean {
  return (
    dense <= features.length &&
    features.every(({ variable }) => variable < variables) &&
    scoreFeatures.length === variables &&
    scoreFeatures.every((feature) => feature < dense)
  );
}
