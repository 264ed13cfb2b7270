import type { Block, TablePlan } from "../../collapse/contracts/columns.ts";
import { normalQuantile } from "../../collapse/numerics/normal.ts";
import { mixed } from "../../collapse/numerics/random.ts";

// Tables of any length whose truth is known, made block by block: nothing is written, and nothing kept.

const BLOCK_ROWS = 16_384;
const SHOPS = ["north", "south", "east", "west", "harbor", "station"];

/** `fresh`: the process of the reference. `collapsed`: half the spread, and numbers that no longer follow from each other. */
export type Truth = "fresh" | "collapsed";

const NUMBERS = ["a", "b", "sum", "product", "square", "long_tail", "rounded"];

/** Ten columns: seven numbers, of which one has a long tail and one is rounded, two levels and a category. */
export const STREAM_PLAN: TablePlan = {
  columns: [
    ...NUMBERS.map((name) => ({ name, kind: "number", values: "number" }) as const),
    { name: "grade", kind: "level", values: "number" } as const,
    { name: "flag", kind: "level", values: "number" } as const,
    { name: "shop", kind: "category", values: "string" } as const,
  ].map((column) => ({ ...column, role: "feature", because: "it was made so" })),
  group: null,
};

/** The blocks of a table; the same seed gives the same rows, as often as they are read. */
export async function* streamBlocks(rows: number, seed: number, truth: Truth): AsyncGenerator<Block> {
  for (let firstRow = 0; firstRow < rows; firstRow += BLOCK_ROWS)
    yield makeBlock(firstRow, Math.min(BLOCK_ROWS, rows - firstRow), seed, truth);
}

function makeBlock(firstRow: number, rows: number, seed: number, truth: Truth): Block {
  const normal = normalsFrom(mixed(seed ^ mixed(firstRow)));
  const numbers = NUMBERS.map(() => new Float64Array(rows));
  const [a, b, sum, product, square, longTail, rounded] = numbers;
  const grades = new Float64Array(rows);
  const flags = new Float64Array(rows);
  const shops: string[] = [];
  const isCollapsed = truth === "collapsed";
  const spread = isCollapsed ? 0.5 : 1;
  const write = (column: Float64Array | undefined, row: number, value: number): void => {
    if (column) column[row] = value;
  };
  for (let row = 0; row < rows; row++) {
    const x = normal() * spread;
    const y = normal() * spread;
    // What the other columns are made of: in a collapsed table of numbers that nobody sees.
    const u = isCollapsed ? normal() * spread : x;
    const v = isCollapsed ? normal() * spread : y;
    write(a, row, x);
    write(b, row, y);
    write(sum, row, u + v + 0.4 * normal());
    write(product, row, u * v + 0.3 * normal());
    write(square, row, u * u + 0.3 * normal());
    write(longTail, row, Math.exp(u + 0.4 * normal()));
    write(rounded, row, Math.round(10 * (v + 0.5 * normal())) / 10);
    grades[row] = Math.max(0, Math.min(7, Math.floor(4 + u + normal())));
    flags[row] = u + normal() > 0.3 ? 1 : 0;
    shops.push(SHOPS[Math.max(0, Math.min(5, Math.floor(3 + v + normal())))] ?? "");
  }
  return { firstRow, rows, columns: [...numbers, grades, flags, shops], groups: null };
}

const CELLS = 4_096;
/** Quantiles of the standard normal, at even shares. */
const QUANTILES = Float64Array.from({ length: CELLS + 1 }, (_, cell) =>
  normalQuantile((cell + 0.5) / (CELLS + 1)),
);

/** Normal numbers out of a table, a few nanoseconds each: xorshift32 (Marsaglia 2003), linear between quantiles. */
function normalsFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const cell = state >>> 20;
    const low = QUANTILES[cell] ?? 0;
    return low + ((QUANTILES[cell + 1] ?? 0) - low) * ((state & 0xfffff) / 0x100000);
  };
}
