import { z } from "zod";
import { printableSchema } from "../../contracts/printable.ts";
import { servedStatusSchema } from "../../contracts/records.ts";
import { inferenceSchema } from "../records/schema.ts";

/** What is compared: the texts of exchanges, or their images. Vectors of the two never compare. */
export const searchedKindSchema = z.enum(["text", "image"]);
export type SearchedKind = z.infer<typeof searchedKindSchema>;

export const distanceSchema = z.enum(["cosine", "euclidean"]);
export type Distance = z.infer<typeof distanceSchema>;

/** How the neighbors were found: through an index, or by comparing with every vector there is to find. */
const searchIndexSchema = z.enum(["hnsw", "ivfflat", "exact"]);

const momentSchema = z.iso.datetime({ offset: true });

/** Which records may be found; all conditions hold together. */
export const searchFilterSchema = z.strictObject({
  model: printableSchema(128).optional(),
  model_version: printableSchema(128).optional(),
  robot_type: printableSchema(64).optional(),
  episode_id: printableSchema(128).optional(),
  environment: printableSchema(64).optional(),
  status: servedStatusSchema.optional(),
  source: printableSchema(32).optional(),
  from: momentSchema.optional().meta({ description: "Earliest `created_at`, inclusive." }),
  to: momentSchema.optional().meta({ description: "Latest `created_at`, exclusive." }),
  min_safety_score: z.number().min(0).max(1).optional(),
});
export type SearchFilter = z.infer<typeof searchFilterSchema>;

/**
 * The greatest number that a component may have. Postgres compares in single precision: the square of a much
 * larger one is infinite, and no distance.
 */
const COMPONENT_MAX = 1e6;

/** Body of `POST /v1/search`: exactly one of `text`, `image`, `vector` and `like`. */
export const searchRequestSchema = z
  .strictObject({
    text: z
      .string()
      .max(8192)
      .optional()
      .meta({ description: "Words to find texts like; embedded, never stored." }),
    image: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "A picture to find pictures like: base64 or a data URL of a JPEG, PNG or WebP." }),
    vector: z
      .array(z.number().min(-COMPONENT_MAX).max(COMPONENT_MAX))
      .max(512)
      .optional()
      .meta({ description: "384 numbers of the model of texts, or 512 of that of images." }),
    like: z
      .string()
      .max(64)
      .optional()
      .meta({ description: "Id of a record: finds what is like its text, or its image with `in: image`." }),
    in: searchedKindSchema.optional().meta({ description: "What is compared; unset: what the query is." }),
    distance: distanceSchema.default("cosine"),
    limit: z.number().int().min(1).max(100).default(10),
    filter: searchFilterSchema.default({}),
    include: z.enum(["text"]).optional().meta({ description: "`text`: each hit with its text." }),
  })
  .meta({ id: "SearchRequest" });
export type SearchRequest = z.infer<typeof searchRequestSchema>;

const hitSchema = z.object({
  id: z.string().meta({ description: "The record; of several with the same text the newest." }),
  score: z.number().meta({
    description: "Greater is nearer: the cosine similarity, or 1 / (1 + distance) for euclidean.",
  }),
  distance: z.number(),
  text: z.string().nullable().optional().meta({ description: "The record's text, with `include: text`." }),
  record: inferenceSchema,
});

/** Answer of `POST /v1/search`, nearest first. */
export const searchAnswerSchema = z
  .object({
    hits: z.array(hitSchema),
    in: searchedKindSchema,
    distance: distanceSchema,
    index: searchIndexSchema,
    truncated: z.boolean().meta({
      description:
        "Whether a bound ended the search before everything was looked at: there may be nearer hits.",
    }),
  })
  .meta({ id: "SearchAnswer" });
export type SearchAnswer = z.infer<typeof searchAnswerSchema>;
