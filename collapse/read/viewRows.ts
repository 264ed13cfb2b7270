import type { Database } from "./database.ts";
import { describeRelation } from "./describeRelation.ts";
import type { TableFormat } from "./fileFormat.ts";
import type { OpenedRows } from "./openRows.ts";
import { findAnswers } from "./shapes/findAnswers.ts";
import { findConversations } from "./shapes/findConversations.ts";
import { layOutLists } from "./shapes/layOutLists.ts";
import type { View } from "./shapes/view.ts";
import type { ColumnPreset } from "./table.ts";

/** Rows as they are analyzed, and what the way in which they were written says of their columns. */
export interface ViewedRows extends OpenedRows {
  readonly presets: ReadonlyMap<string, ColumnPreset>;
  readonly notes: readonly string[];
}

const DOCUMENTS: ReadonlyMap<string, ColumnPreset> = new Map([
  ["text", { role: "feature", because: "one document per line", isText: true }],
]);

/**
 * The rows of files as the rows that are judged: turns of conversations, answers, and lists of few numbers as columns.
 * A CSV has no lists, and its columns are what they are called.
 */
export async function viewRows(
  database: Database,
  opened: OpenedRows,
  format: TableFormat,
): Promise<ViewedRows> {
  let viewed: ViewedRows = { ...opened, presets: new Map(), notes: [] };
  if (format.kind === "text") return { ...viewed, presets: DOCUMENTS };
  if (format.kind === "csv") return viewed;
  for (const find of [findTurns, layOutLists]) {
    const view = await find(database, viewed.relation, viewed.columns);
    if (view !== null) viewed = await seenThrough(view, database, viewed);
  }
  return viewed;
}

const findTurns: typeof findConversations = async (database, relation, columns) =>
  (await findConversations(database, relation, columns)) ?? (await findAnswers(database, relation, columns));

async function seenThrough(view: View, database: Database, viewed: ViewedRows): Promise<ViewedRows> {
  const relation = view.over(viewed.relation);
  return {
    ...(await describeRelation(database, relation)),
    relation,
    asWritten: null,
    presets: new Map([...viewed.presets, ...view.presets]),
    notes: [...viewed.notes, ...view.notes],
  };
}
