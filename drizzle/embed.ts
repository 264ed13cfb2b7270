import { foreignKey, index, pgTable, primaryKey, text, timestamp, uuid, vector } from "drizzle-orm/pg-core";
import { organizationWall } from "./walls.ts";

/**
 * One vector per distinct normalized text of an organization. Vectors are of unit length, so that by the cosine and
 * by the Euclidean distance the same ones are nearest, and one index serves both.
 */
export const embeddingsText = pgTable(
  "embeddings_text",
  {
    organizationId: uuid("organization_id").notNull(),
    textHash: text("text_hash").notNull(),
    embedding: vector({ dimensions: 384 }).notNull(),
    model: text().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.textHash] }),
    index("embeddings_text_cosine")
      .using("hnsw", table.embedding.op("vector_cosine_ops"))
      .with({ ef_construction: 128 }),
    ...organizationWall(table.organizationId),
  ],
);

/** Which records hold that text. */
export const embeddingsTextRecords = pgTable(
  "embeddings_text_records",
  {
    inferenceId: uuid("inference_id").notNull(),
    organizationId: uuid("organization_id").notNull(),
    textHash: text("text_hash").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.inferenceId] }),
    foreignKey({
      name: "embeddings_text_records_text",
      columns: [table.organizationId, table.textHash],
      foreignColumns: [embeddingsText.organizationId, embeddingsText.textHash],
    }),
    index("embeddings_text_records_text").on(
      table.organizationId,
      table.textHash,
      table.createdAt,
      table.inferenceId,
    ),
    index("embeddings_text_records_created").on(table.createdAt),
    ...organizationWall(table.organizationId),
  ],
);

/** One vector per kept keyframe. */
export const embeddingsImage = pgTable(
  "embeddings_image",
  {
    inferenceId: uuid("inference_id").primaryKey(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    organizationId: uuid("organization_id").notNull(),
    embedding: vector({ dimensions: 512 }).notNull(),
    model: text().notNull(),
  },
  (table) => [
    index("embeddings_image_created").on(table.createdAt),
    index("embeddings_image_organization").on(table.organizationId, table.createdAt),
    index("embeddings_image_cosine").using("hnsw", table.embedding.op("vector_cosine_ops")),
    ...organizationWall(table.organizationId),
  ],
);
