// What a table is read as: its columns, and the variables that they are analyzed as.

/** How a column of a file is understood. */
export type ColumnKind = "number" | "level" | "category" | "date" | "text" | "vector" | "id";

/** What a column is for, where the schema file or a flag says so; `feature` else. */
export type ColumnRole = "feature" | "target" | "group" | "time" | "id" | "ignore";

/** What the values of a column are in the file, whatever they are counted as. */
export type ValueType = "number" | "string" | "boolean" | "date";

/** One column of the reference, as it will be read of both tables. */
export interface ColumnPlan {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly role: ColumnRole;
  /** Why it is understood so, for people: "612 distinct strings of at most 3 words". */
  readonly because: string;
  /** The reference's, for the candidate's must be the same; absent where the column is not read. */
  readonly values?: ValueType;
  /** The reference's 1 % to 99 %, of a `number`, and of how many values: they tell a change of unit. */
  readonly quantiles?: { readonly values: readonly number[]; readonly of: number };
  /** Of a `vector` how many numbers each of the reference's lists holds at least; so many are read. */
  readonly width?: number;
  /** What the numbers are measured in, as the schema file says. */
  readonly unit?: string;
  /** The column of texts or vectors that these numbers were counted of; absent where they stand in the files. */
  readonly derivedFrom?: string;
}

/** How both tables are read; inferred from the reference, overridden by the schema file. */
export interface TablePlan {
  readonly columns: readonly ColumnPlan[];
  /** The column whose equal values belong together, and are never split. */
  readonly group: string | null;
  /** What blocks hold beside numbers, levels, categories and dates; absent: nothing. */
  readonly reads?: Reads;
}

/** Columns that take long to read, and that most passes need not. */
export interface Reads {
  /** `Block.columns` holds text as strings, cut behind 65,536 signs; null where missing or empty. */
  readonly text?: boolean;
  /** `Block.vectors` holds the vectors. */
  readonly vectors?: boolean;
}

/**
 * Rows of one table in their order. A column of numbers (`number`, `level` of numbers, `date` as seconds since
 * 1970) is a `Float64Array` in which NaN is missing; every other column is strings, null where missing. The
 * columns are those of the plan, in its order, without those that are not read (`vector`, `id`, ignored, and `text`
 * unless the plan reads it): these are null.
 */
export interface Block {
  /** Index of the first row in its table. */
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: readonly (Float64Array | readonly (string | null)[] | null)[];
  /** The group of each row, where the plan has one. */
  readonly groups: readonly string[] | null;
  /** Where the plan reads vectors: of each column of the plan that is a `vector` its lists, null of the others. */
  readonly vectors?: readonly (VectorColumn | null)[];
}

/** Lists of numbers of one length, row after row. A list that is missing, or shorter, is NaN throughout. */
export interface VectorColumn {
  readonly width: number;
  /** rows × width. */
  readonly values: Float64Array;
}

/**
 * What the statistics are taken of: a column, or a part of one (a date is three). Numbers are counted between edges
 * that the reference fixed; levels are counted each.
 */
export type Variable = NumberVariable | LevelVariable;

interface Named {
  /** As people read it: the column, or `created (weekday)`. */
  readonly name: string;
  /** Index into the plan's columns. */
  readonly column: number;
  readonly isTarget: boolean;
}

export interface NumberVariable extends Named {
  readonly kind: "number";
  readonly part: "value" | "epoch";
  /**
   * Inner edges, ascending and distinct: at most 1,023 quantiles of the reference and the 0.05, 0.25, 0.5, 1 and 2.5 %
   * of either side. A value belongs to bin k, where k edges are less than or equal to it. `edges.length + 1` bins.
   */
  readonly edges: Float64Array;
  /** For each edge the share of the reference sample below it. */
  readonly shareBelow: Float64Array;
}

export interface LevelVariable extends Named {
  readonly kind: "level";
  readonly part: "value" | "weekday" | "hour";
  /** The reference's levels in a fixed order: numbers ascending, strings by descending frequency, then by name. */
  readonly levels: readonly (number | string)[];
}

/** Whether the raw numbers of sampled rows are kept: of levels where these are numbers themselves. */
export const keepsValues = (variable: Variable): boolean =>
  variable.kind === "number" ||
  (variable.part === "value" && variable.levels.every((level) => typeof level === "number"));

/** The codes of a variable: its bins or levels first, then these two. */
export const codesOf = (
  variable: Variable,
): { bins: number; unseen: number; missing: number; size: number } => {
  const bins = variable.kind === "number" ? variable.edges.length + 1 : variable.levels.length;
  return { bins, unseen: bins, missing: bins + 1, size: bins + 2 };
};
