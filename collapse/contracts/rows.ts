import { z } from "zod";

/** How rows were told apart: by counting copies, by crowding, by broken dependence, or by a discriminator. */
export const ROW_METHODS = ["duplicates", "concentration", "joint", "discriminator"] as const;
export type RowMethod = (typeof ROW_METHODS)[number];

/** One row of the candidate that a finding rests on. */
const rowItemSchema = z.strictObject({
  /** Place in the candidate, 0 the first, over all its files in their order. */
  row: z.number().int().min(0),
  /** One plain sentence; no value of the row unless values may be shown. */
  reason: z.string(),
  /** Columns that speak most against the row, the worst first. */
  columns: z.array(z.string()),
  /** Conformal p against unseen real rows. */
  p: z.number(),
});

/** A part of the candidate that holds more than its share of what differs: a cell, a cluster, a block, a file. */
const regionSchema = z.strictObject({
  says: z.string(),
  rows: z.number(),
  /** Share of the candidate's rows, over the share that real rows have there. */
  lift: z.number(),
});

/** Which rows of the candidate do it. */
export const rowsSchema = z.discriminatedUnion("found", [
  z.strictObject({
    found: z.literal("rows"),
    method: z.enum(ROW_METHODS),
    /** Rows flagged in the whole candidate. */
    flagged: z.number(),
    /** Expected share of them that are like real rows (Benjamini and Hochberg 1995). */
    fdr: z.number(),
    /** The worst first, at most a hundred. */
    items: z.array(rowItemSchema),
    /** Flagged rows in each of sixty equal parts of the candidate, in the order of its files. */
    map: z.array(z.number()),
  }),
  z.strictObject({
    found: z.literal("regions"),
    method: z.enum(ROW_METHODS),
    regions: z.array(regionSchema),
  }),
  /** It differs, and no row can be told from real ones; or nothing says that it differs. */
  z.strictObject({ found: z.literal("not_localizable"), because: z.string() }),
  z.strictObject({ found: z.literal("nothing_to_find"), because: z.string() }),
]);
export type RowsReport = z.infer<typeof rowsSchema>;

/** Rows of a table by their places: one bit a row. */
export interface RowSet {
  readonly rows: number;
  readonly size: number;
  has(row: number): boolean;
}

/** What localization found: for the report, and all flagged rows for whoever removes them. */
export interface Localization {
  readonly report: RowsReport;
  /** Null where no rows are flagged. */
  readonly flagged: RowSet | null;
}
