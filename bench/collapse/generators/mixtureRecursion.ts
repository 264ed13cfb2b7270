import type { Random } from "../../../collapse/numerics/random.ts";
import { type BenchTable, type Column, momentsOf } from "../table.ts";
import { type Component, fitMixture } from "./fitMixture.ts";
import { fillMissing, restoreMissing } from "./missing.ts";

/** Draws of a Gaussian mixture of `components`, refitted to its own draws (Shumailov et al. 2024). */
export function mixtureRecursion(
  table: BenchTable,
  { components, generations }: { components: number; generations: number },
  random: Random,
): BenchTable {
  let drawn = fillMissing(table);
  for (let generation = 0; generation < generations; generation++)
    drawn = drawnFrom(fitMixture(drawn, components, random), drawn, random);
  return restoreMissing(drawn, table, random);
}

function drawnFrom(components: readonly Component[], table: BenchTable, random: Random): BenchTable {
  const rows = Array.from({ length: table.rows }, () => {
    const component = oneOf(components, ({ weight }) => weight, random);
    const { mean, lower } = component;
    const normals = mean.map(() => random.normal());
    const numbers = mean.map((center, axis) =>
      normals.reduce((sum, normal, of) => (of <= axis ? sum + lower.get(axis, of) * normal : sum), center),
    );
    const categories = component.shares.map((shares) => oneOf([...shares], ([, share]) => share, random)[0]);
    return { numbers, categories };
  });
  let numbersSeen = 0;
  let categoriesSeen = 0;
  const columns = table.columns.map((column): Column => {
    if (column.kind === "category") {
      const at = categoriesSeen++;
      return { ...column, values: rows.map(({ categories }) => categories[at] ?? "") };
    }
    const at = numbersSeen++;
    const { mean, sd } = momentsOf(column.values);
    return { ...column, values: Float64Array.from(rows, ({ numbers }) => mean + sd * (numbers[at] ?? 0)) };
  });
  return { rows: table.rows, columns };
}

/** One of them by weight; weights need not sum to 1. */
function oneOf<Item>(items: readonly Item[], weightOf: (item: Item) => number, random: Random): Item {
  let aim = random.next() * items.reduce((sum, item) => sum + weightOf(item), 0);
  for (const item of items) {
    aim -= weightOf(item);
    if (aim < 0) return item;
  }
  const last = items.at(-1);
  if (last === undefined) throw new Error("There is nothing to choose from.");
  return last;
}
