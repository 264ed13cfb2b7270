const CELLS = 10;

/** A score of 0 to 100 as a bar that reads without color. */
export function scoreBar(score: number | null): string {
  if (score === null) return "·".repeat(CELLS);
  const full = Math.round((Math.min(100, Math.max(0, score)) / 100) * CELLS);
  return "█".repeat(full) + "░".repeat(CELLS - full);
}

/**
 * An interval on a line of `cells`, against a margin: `──●──` from low to high with the value, `│` the margin, `○`
 * no harm at `origin`, on an axis that holds all of them.
 */
export function intervalBar(
  { value, low, high, margin }: { value: number; low: number; high: number; margin: number },
  origin: number,
  cells: number,
): string {
  const all = [value, low, high, margin, origin];
  if (!all.every(Number.isFinite)) return "·".repeat(cells);
  const least = Math.min(...all);
  const span = Math.max(...all) - least || 1;
  const cellOf = (at: number) => Math.round(((at - least) / span) * (cells - 1));
  return Array.from({ length: cells }, (_, cell) => {
    if (cell === cellOf(value)) return "●";
    if (cell === cellOf(margin)) return "│";
    if (cell === cellOf(origin)) return "○";
    return cell >= cellOf(low) && cell <= cellOf(high) ? "─" : "·";
  }).join("");
}
