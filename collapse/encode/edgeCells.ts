/** Cells of the table that replaces most of a search among the edges. */
const CELLS = 16_384;

/** Where among the edges a search starts and ends: by the cell of the value. */
export interface EdgeCells {
  /** Cells are even in the upper half of the value's bits, which grows as its logarithm does; else in the value. */
  readonly ofBits: boolean;
  readonly low: number;
  readonly scale: number;
  /** Of each cell the edges in lower cells; one more for the end. */
  readonly firstEdge: Uint16Array;
}

/**
 * Cuts the span of the edges into equal cells; the cell of a value, computed as the edges' own cells were, leaves the
 * few edges of that cell to be searched. A rounded product never decreases with its factor, so that an edge of a lower
 * cell is less than the value, whatever was rounded. Long tails crowd nearly all edges into few even cells: edges
 * above 0 are cut by their bits too, and the cut that leaves fewer together is taken.
 */
export function edgeCells(edges: Float64Array): EdgeCells {
  const even = cut(edges, false);
  if (!((edges[0] ?? 0) > 0)) return even;
  const ofBits = cut(upperHalves(edges), true);
  return crowding(ofBits) < crowding(even) ? ofBits : even;
}

/** The upper halves of doubles, as whole numbers; of positive ones they rise with them. */
const upperHalves = (values: Float64Array): Float64Array => {
  const words = new Int32Array(values.slice().buffer);
  return values.map((_, index) => words[2 * index + 1] ?? 0);
};

function cut(places: Float64Array, ofBits: boolean): EdgeCells {
  const low = places[0] ?? 0;
  const span = (places[places.length - 1] ?? 0) - low;
  const scale = span > 0 && Number.isFinite(span) && Number.isFinite(CELLS / span) ? CELLS / span : 0;
  const firstEdge = new Uint16Array(CELLS + 2);
  for (const place of places) {
    const after = (((place - low) * scale) | 0) + 1;
    firstEdge[after] = (firstEdge[after] ?? 0) + 1;
  }
  for (let cell = 1; cell < firstEdge.length; cell++)
    firstEdge[cell] = (firstEdge[cell] ?? 0) + (firstEdge[cell - 1] ?? 0);
  return { ofBits, low, scale, firstEdge };
}

/** The sum of the squares of the edges per cell. */
function crowding({ firstEdge }: EdgeCells): number {
  let sum = 0;
  for (let cell = 1; cell < firstEdge.length; cell++)
    sum += ((firstEdge[cell] ?? 0) - (firstEdge[cell - 1] ?? 0)) ** 2;
  return sum;
}
