import { done } from "../../protocol/outcome.ts";
import type { ScoredBox, Size } from "../box.ts";
import type { FaceNetwork } from "./faceNetwork.ts";
import { floatsOf } from "./floatsOf.ts";
import { specAt, type ViewSpec } from "./views.ts";

/** Side of a cell, in pixels of a view. */
const CELL_PX = 32;
/** The shapes of face that each cell looks for, in cells. */
const SHAPES = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
] as const;
/** What a cell says of each shape: x, y, width, height, score. */
const FIELDS = 5;
const PER_CELL = SHAPES.length * FIELDS;
/** Rather a few patches too many than a face too few. */
const LEAST_SCORE = 0.4;

/** Longest side of the largest view: faces are found from some 40 pixels on, 1/32 of this. */
const LONGEST_PX = 1280;
/** No picture is made more than so many times larger. */
const MOST_ENLARGED = 2;
/** In a view of this size a face that fills it is found; no smaller one is needed. */
const SMALLEST_PX = 416;
/** How much smaller each view is than the one before: a face that one overlooks, its neighbor often sees. */
const STEP = Math.SQRT1_2;

const viewsOf = (picture: Size): ViewSpec[] => {
  const longest = Math.max(picture.widthPx, picture.heightPx);
  const views: ViewSpec[] = [];
  let scale = Math.min(MOST_ENLARGED, LONGEST_PX / longest);
  views.push(specAt(picture, scale, CELL_PX));
  while (scale * longest > SMALLEST_PX) {
    scale *= STEP;
    views.push(specAt(picture, scale, CELL_PX));
  }
  return views;
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** After YOLO v2 (Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017). */
const decode = (cells: Float32Array, columns: number): ScoredBox[] => {
  const boxes: ScoredBox[] = [];
  for (let at = 0; at < cells.length; at += FIELDS) {
    const score = sigmoid(cells[at + 4] ?? 0);
    if (!(score >= LEAST_SCORE)) continue;
    const cell = Math.floor(at / PER_CELL);
    const [shapeWidth, shapeHeight] = SHAPES[(at % PER_CELL) / FIELDS] ?? [0, 0];
    const widthPx = CELL_PX * shapeWidth * Math.exp(cells[at + 2] ?? 0);
    const heightPx = CELL_PX * shapeHeight * Math.exp(cells[at + 3] ?? 0);
    const centerX = CELL_PX * ((cell % columns) + sigmoid(cells[at] ?? 0));
    const centerY = CELL_PX * (Math.floor(cell / columns) + sigmoid(cells[at + 1] ?? 0));
    boxes.push({ leftPx: centerX - widthPx / 2, topPx: centerY - heightPx / 2, widthPx, heightPx, score });
  }
  return boxes;
};

/** The network that is built in (`build-models/tinyFaces.ts`): it knows faces of 40 to 300 pixels. */
export const TINY_FACES: FaceNetwork = {
  model: "tiny-faces",
  views: viewsOf,
  inputs: ({ pixels, widthPx, heightPx }) => ({
    pixels: { datatype: "UINT8", shape: [1, heightPx, widthPx, 3], bytes: pixels },
  }),
  read: (outputs, { widthPx, heightPx }) => {
    const columns = widthPx / CELL_PX;
    const cells = floatsOf(outputs, "cells", columns * (heightPx / CELL_PX) * PER_CELL);
    return cells.ok ? done(decode(cells.value, columns)) : cells;
  },
};
