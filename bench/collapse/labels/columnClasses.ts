import { type BenchTable, type Column, frequenciesOf, numbersOf, textsOf } from "../table.ts";

/** How the columns are cut into classes: by real rows, for both arms alike. */
export type ColumnClasses = ReadonlyMap<
  string,
  { readonly count: number; readonly of: (column: Column) => Uint16Array }
>;

const CLASSES = 16;

/** Sixteen equally full classes of numbers and one for missing; every category, and one for unseen ones. */
export function columnClasses(real: BenchTable): ColumnClasses {
  return new Map(
    real.columns.map((column) => {
      if (column.kind === "category") {
        const codes = new Map(frequenciesOf(column.values).map(([category], code) => [category, code]));
        const of = (other: Column): Uint16Array =>
          Uint16Array.from(textsOf(other), (category) => codes.get(category) ?? codes.size);
        return [column.name, { count: codes.size + 1, of }];
      }
      const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
      const cuts = Array.from(
        { length: CLASSES - 1 },
        (_, cut) => sorted[Math.floor(((cut + 1) / CLASSES) * sorted.length)] ?? 0,
      );
      const distinct = [...new Set(cuts)];
      const of = (other: Column): Uint16Array =>
        Uint16Array.from(numbersOf(other), (value) =>
          Number.isNaN(value) ? distinct.length + 1 : distinct.filter((cut) => cut <= value).length,
        );
      return [column.name, { count: distinct.length + 2, of }];
    }),
  );
}
