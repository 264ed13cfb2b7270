import fc from "fast-check";
import { expect, it } from "vitest";
import { findComponents } from "./components.ts";

/** The same by flooding, one pixel after another. */
function flood(mask: Uint8Array, width: number): string[] {
  const height = mask.length / width;
  const seen = new Set<number>();
  const at = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && (mask[y * width + x] ?? 0) > 0;
  const pieces: string[] = [];
  for (let start = 0; start < mask.length; start += 1) {
    if ((mask[start] ?? 0) === 0 || seen.has(start)) continue;
    const open = [start];
    seen.add(start);
    const [xs, ys]: [number[], number[]] = [[], []];
    let outline = 0;
    let contrast = 0;
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const [x, y] = [index % width, Math.floor(index / width)];
      xs.push(x);
      ys.push(y);
      contrast += mask[index] ?? 0;
      for (const [dx, dy] of [
        [0, 1],
        [1, 0],
        [0, -1],
        [-1, 0],
      ] as const)
        if (!at(x + dx, y + dy)) outline += 1;
      for (let dy = -1; dy <= 1; dy += 1)
        for (let dx = -1; dx <= 1; dx += 1) {
          const next = (y + dy) * width + x + dx;
          if (!at(x + dx, y + dy) || seen.has(next)) continue;
          seen.add(next);
          open.push(next);
        }
    }
    pieces.push(
      [
        Math.min(...xs),
        Math.min(...ys),
        Math.max(...xs) + 1,
        Math.max(...ys) + 1,
        xs.length,
        outline,
        contrast,
      ].join(),
    );
  }
  return pieces.sort();
}

it("finds the same pieces, areas and outlines as flooding does, on any mask", () => {
  const masks = fc.integer({ min: 1, max: 14 }).chain((width) =>
    fc.tuple(
      fc.constant(width),
      fc.array(fc.array(fc.constantFrom(0, 0, 3, 200), { minLength: width, maxLength: width }), {
        minLength: 1,
        maxLength: 14,
      }),
    ),
  );
  fc.assert(
    fc.property(masks, ([widthPx, rows]) => {
      const mask = Uint8Array.from(rows.flat());
      const picture = { pixels: mask, widthPx, heightPx: rows.length };
      const found = findComponents(mask, picture).map(
        ({ left, top, right, bottom, area, outline, contrast }) =>
          [left, top, right, bottom, area, outline, contrast].join(),
      );
      expect(found.sort()).toEqual(flood(mask, widthPx));
    }),
    { numRuns: 300 },
  );
});
