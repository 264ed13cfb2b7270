import { done, type Outcome } from "../../protocol/outcome.ts";
import type { ScoredBox, Size } from "../box.ts";
import type { FaceNetwork } from "./faceNetwork.ts";
import { floatsOf } from "./floatsOf.ts";
import type { View, ViewSpec } from "./views.ts";

/** Side of the square that the network looks at, in pixels. */
const SIDE_PX = 640;
/** Sides of its cells. */
const STRIDES_PX = [8, 16, 32];
const LEAST_SCORE = 0.5;
/** It knows faces of 10 to 300 pixels: the second view is for those that fill the picture. */
const LONGEST_PX = [640, 256];

const viewsOf = ({ widthPx, heightPx }: Size): ViewSpec[] =>
  LONGEST_PX.map((longest) => ({
    scale: longest / Math.max(widthPx, heightPx),
    widthPx: SIDE_PX,
    heightPx: SIDE_PX,
  }));

/** RGB bytes → planes of blue, green and red from 0 to 255, as OpenCV hands pictures over. */
const planesOf = (pixels: Uint8Array): Uint8Array<ArrayBuffer> => {
  const size = SIDE_PX * SIDE_PX;
  const planes = new Float32Array(3 * size);
  for (let pixel = 0; pixel < size; pixel += 1) {
    planes[pixel] = pixels[3 * pixel + 2] ?? 0;
    planes[size + pixel] = pixels[3 * pixel + 1] ?? 0;
    planes[2 * size + pixel] = pixels[3 * pixel] ?? 0;
  }
  return new Uint8Array(planes.buffer);
};

const between01 = (value: number): number => Math.min(1, Math.max(0, value));

/** The faces that cells of one size report, as OpenCV's FaceDetectorYN reads them. */
const readStride = (outputs: Parameters<FaceNetwork["read"]>[0], stride: number): Outcome<ScoredBox[]> => {
  const columns = SIDE_PX / stride;
  const cells = columns * columns;
  const classes = floatsOf(outputs, `cls_${stride}`, cells);
  const objects = floatsOf(outputs, `obj_${stride}`, cells);
  const boxes = floatsOf(outputs, `bbox_${stride}`, cells * 4);
  if (!classes.ok) return classes;
  if (!objects.ok) return objects;
  if (!boxes.ok) return boxes;
  const faces: ScoredBox[] = [];
  for (let cell = 0; cell < cells; cell += 1) {
    const score = Math.sqrt(between01(classes.value[cell] ?? 0) * between01(objects.value[cell] ?? 0));
    if (!(score >= LEAST_SCORE)) continue;
    const [x = 0, y = 0, width = 0, height = 0] = boxes.value.subarray(4 * cell, 4 * cell + 4);
    const [widthPx, heightPx] = [Math.exp(width) * stride, Math.exp(height) * stride];
    const centerX = ((cell % columns) + x) * stride;
    const centerY = (Math.floor(cell / columns) + y) * stride;
    faces.push({ leftPx: centerX - widthPx / 2, topPx: centerY - heightPx / 2, widthPx, heightPx, score });
  }
  return done(faces);
};

/** YuNet of OpenCV's model zoo, as `headgate models pull yunet-faces` fetches it: stronger on small faces. */
export const YUNET_FACES: FaceNetwork = {
  model: "yunet-faces",
  views: viewsOf,
  inputs: ({ pixels }: View) => ({
    input: { datatype: "FP32", shape: [1, 3, SIDE_PX, SIDE_PX], bytes: planesOf(pixels) },
  }),
  read: (outputs) => {
    const faces: ScoredBox[] = [];
    for (const stride of STRIDES_PX) {
      const found = readStride(outputs, stride);
      if (!found.ok) return found;
      faces.push(...found.value);
    }
    return done(faces);
  },
};
