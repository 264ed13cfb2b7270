import type { Report } from "../../contracts/report.ts";

type Column = Report["columns"][number];

/** The columns by the size of their effect, the largest first; equal ones, and those without, as the file has them. */
export const columnsByEffect = (columns: readonly Column[]): readonly Column[] =>
  columns.toSorted((left, right) => effectOf(right) - effectOf(left));

const effectOf = ({ z }: Column): number => (z === null || Number.isNaN(z) ? -1 : Math.abs(z));
