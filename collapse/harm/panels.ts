/** Columns that lie side by side in a panel, and the side of a tile of a Gram matrix. */
export const PANEL = 4;

/**
 * A matrix of rows, laid out for Gram products: four columns a panel, row after row, panel after panel. Columns that
 * fill the last panel up are zero.
 */
export interface Panels {
  readonly rows: number;
  readonly columns: number;
  readonly panels: number;
  readonly data: Float64Array;
}

export function emptyPanels(rows: number, columns: number): Panels {
  const panels = Math.ceil(columns / PANEL);
  return { rows, columns, panels, data: new Float64Array(panels * PANEL * rows) };
}
