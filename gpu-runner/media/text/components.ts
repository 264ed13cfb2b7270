import type { GrayPicture } from "./grayPicture.ts";

/** Touching pixels of a mask, as one piece. Bounds are whole pixels; right and bottom lie just outside. */
export interface Component {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Pixels in it. */
  area: number;
  /** Length of its outline, inner ones included, in pixel edges. */
  outline: number;
  /** Sum of the mask over its pixels. */
  contrast: number;
  /** Sum of the picture over its pixels. */
  brightness: number;
}

/** Neighboring pixels of one row, and the piece that they belong to. */
interface Run {
  readonly left: number;
  readonly right: number;
  readonly label: number;
}

/** Pieces that grow together (union-find): a label points to an older one once the two turn out to be one piece. */
class Pieces {
  readonly #parents: number[] = [];
  readonly #pieces: Component[] = [];

  add(piece: Component): number {
    this.#parents.push(this.#parents.length);
    return this.#pieces.push(piece) - 1;
  }

  /** Makes two pieces one that touch over so many pixels: there, neither has an outline any more. */
  join(one: number, other: number, shared: number): void {
    const a = this.#rootOf(one);
    const b = this.#rootOf(other);
    const older = Math.min(a, b);
    this.#parents[Math.max(a, b)] = older;
    const piece = this.#pieces[older];
    if (piece !== undefined) piece.outline -= 2 * shared;
  }

  /** Each piece once, with all that grew together with it. */
  whole(): Component[] {
    const roots: Component[] = [];
    for (const [label, piece] of this.#pieces.entries()) {
      const root = this.#pieces[this.#rootOf(label)];
      if (root === piece) roots.push(piece);
      else if (root !== undefined) absorb(root, piece);
    }
    return roots;
  }

  #rootOf(label: number): number {
    let root = label;
    while (this.#parents[root] !== root) root = this.#parents[root] ?? root;
    this.#parents[label] = root;
    return root;
  }
}

const absorb = (into: Component, piece: Component): void => {
  into.left = Math.min(into.left, piece.left);
  into.top = Math.min(into.top, piece.top);
  into.right = Math.max(into.right, piece.right);
  into.bottom = Math.max(into.bottom, piece.bottom);
  into.area += piece.area;
  into.outline += piece.outline;
  into.contrast += piece.contrast;
  into.brightness += piece.brightness;
};

/** The runs of one row, each a piece of its own so far. */
const readRow = (
  mask: Uint8Array,
  { pixels, widthPx }: GrayPicture,
  top: number,
  least: number,
  pieces: Pieces,
): Run[] => {
  const runs: Run[] = [];
  const row = top * widthPx;
  for (let x = 0; x < widthPx; x += 1) {
    if ((mask[row + x] ?? 0) < least) continue;
    const left = x;
    let contrast = 0;
    let brightness = 0;
    for (; x < widthPx && (mask[row + x] ?? 0) >= least; x += 1) {
      contrast += mask[row + x] ?? 0;
      brightness += pixels[row + x] ?? 0;
    }
    const area = x - left;
    // Its two ends, and an edge above and one below each pixel.
    const outline = 2 + 2 * area;
    const piece = { left, top, right: x, bottom: top + 1, area, outline, contrast, brightness };
    runs.push({ left, right: x, label: pieces.add(piece) });
  }
  return runs;
};

/** Joins runs to those of the row above that they touch, by side or corner. Both are in their order. */
const joinRows = (above: readonly Run[], below: readonly Run[], pieces: Pieces): void => {
  let first = 0;
  for (const run of below) {
    while ((above[first]?.right ?? run.left) < run.left) first += 1;
    for (let index = first; index < above.length; index += 1) {
      const upper = above[index];
      if (upper === undefined || upper.left > run.right) break;
      const shared = Math.min(upper.right, run.right) - Math.max(upper.left, run.left);
      pieces.join(upper.label, run.label, Math.max(0, shared));
    }
  }
};

/**
 * The pieces of a mask whose pixels touch, in one pass over runs of pixels. The mask lies over the picture; what
 * is less than `least` in it is no part of anything.
 */
export const findComponents = (mask: Uint8Array, picture: GrayPicture, least = 1): Component[] => {
  const pieces = new Pieces();
  let above: Run[] = [];
  for (let top = 0; top < picture.heightPx; top += 1) {
    const runs = readRow(mask, picture, top, least, pieces);
    joinRows(above, runs, pieces);
    above = runs;
  }
  return pieces.whole();
};
