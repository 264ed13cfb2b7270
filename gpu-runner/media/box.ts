/** A rectangle of a picture, in whole pixels. */
export interface Box {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A rectangle in which a detector found something, and how sure it was, from 0 to 1. */
export interface ScoredBox extends Box {
  readonly score: number;
}

/** The size of a picture. */
export type Size = Pick<Box, "widthPx" | "heightPx">;

const rightOf = (box: Box): number => box.leftPx + box.widthPx;
const bottomOf = (box: Box): number => box.topPx + box.heightPx;

/** The box that reaches `share` of its sides further, half of that each way, cut to the picture; whole pixels outwards. */
export const growBox = <Any extends Box>(box: Any, share: number, { widthPx, heightPx }: Size): Any => {
  const [dx, dy] = [(box.widthPx * share) / 2, (box.heightPx * share) / 2];
  const leftPx = Math.min(widthPx, Math.max(0, Math.floor(box.leftPx - dx)));
  const topPx = Math.min(heightPx, Math.max(0, Math.floor(box.topPx - dy)));
  const right = Math.min(widthPx, Math.max(leftPx, Math.ceil(rightOf(box) + dx)));
  const bottom = Math.min(heightPx, Math.max(topPx, Math.ceil(bottomOf(box) + dy)));
  return { ...box, leftPx, topPx, widthPx: right - leftPx, heightPx: bottom - topPx };
};

const sharedArea = (a: Box, b: Box): number => {
  const width = Math.min(rightOf(a), rightOf(b)) - Math.max(a.leftPx, b.leftPx);
  const height = Math.min(bottomOf(a), bottomOf(b)) - Math.max(a.topPx, b.topPx);
  return width > 0 && height > 0 ? width * height : 0;
};

/** The smallest box round both; as sure as the surer one. */
const unite = (a: ScoredBox, b: ScoredBox): ScoredBox => {
  const [leftPx, topPx] = [Math.min(a.leftPx, b.leftPx), Math.min(a.topPx, b.topPx)];
  return {
    leftPx,
    topPx,
    widthPx: Math.max(rightOf(a), rightOf(b)) - leftPx,
    heightPx: Math.max(bottomOf(a), bottomOf(b)) - topPx,
    score: Math.max(a.score, b.score),
  };
};

const areaOf = (box: Box): number => box.widthPx * box.heightPx;

/** How much of the smaller of two boxes lies in the other. */
const sharedPart = (a: Box, b: Box): number => sharedArea(a, b) / Math.max(1, Math.min(areaOf(a), areaOf(b)));

/**
 * Boxes that lie over each other by more than `share` of the smaller one become the box round both, as often as
 * that is so: pieces of one line of writing.
 */
export const mergeBoxes = (boxes: readonly ScoredBox[], share: number): ScoredBox[] => {
  const merged: ScoredBox[] = [];
  const waiting = boxes.toSorted((a, b) => a.score - b.score);
  for (let box = waiting.pop(); box !== undefined; box = waiting.pop()) {
    const current = box;
    const near = merged.findIndex((other) => sharedPart(other, current) > share);
    const other = merged[near];
    if (other === undefined) merged.push(current);
    else {
      merged.splice(near, 1);
      waiting.push(unite(other, current));
    }
  }
  return merged;
};

/**
 * One box for each thing that was found several times: the box round all that lie over the surest one by more
 * than `share` of the smaller. Neighbors that touch stay two.
 */
export const groupBoxes = (boxes: readonly ScoredBox[], share: number): ScoredBox[] => {
  const groups: { readonly surest: ScoredBox; whole: ScoredBox }[] = [];
  for (const box of boxes.toSorted((a, b) => b.score - a.score)) {
    const group = groups.find(({ surest }) => sharedPart(surest, box) > share);
    if (group === undefined) groups.push({ surest: box, whole: box });
    else group.whole = unite(group.whole, box);
  }
  return groups.map(({ whole }) => whole);
};
