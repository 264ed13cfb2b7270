import type { ColumnPreset } from "../table.ts";

/** Another way to see the rows of a table: as turns of conversations, or with lists laid out as columns. */
export interface View {
  /** What stands behind FROM, of what stood there. */
  readonly over: (relation: string) => string;
  readonly presets: ReadonlyMap<string, ColumnPreset>;
  readonly notes: readonly string[];
}
