import { pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { organizationWall } from "./walls.ts";

/** Demands to be forgotten: nothing of the subject made before that moment may be stored afterwards. */
export const erasures = pgTable(
  "erasures",
  {
    organizationId: uuid("organization_id").notNull(),
    subjectRef: text("subject_ref").notNull(),
    requestedAt: timestamp("requested_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.subjectRef, table.requestedAt] }),
    ...organizationWall(table.organizationId),
  ],
);
