import type { Component } from "./components.ts";

/** A piece that may be a letter, or a few that touch. Lengths in pixels. */
export interface Letter {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
  /** Mean thickness of its strokes. */
  readonly stroke: number;
  /** Mean difference from what is around it, in gray levels. */
  readonly contrast: number;
  /** Its own mean, in gray levels. */
  readonly brightness: number;
}

/** Letters are at least so high to be read, and those that are higher are found in a smaller picture. */
const HEIGHT_PX = { least: 7, most: 56 } as const;
const LEAST_CONTRAST = 22;

/** The piece as a letter, or null where it has not the shape of one. */
export const asLetter = (component: Component): Letter | null => {
  const { left, top, right, bottom, area, outline } = component;
  const [width, height] = [right - left, bottom - top];
  if (height < HEIGHT_PX.least || height > HEIGHT_PX.most) return null;
  const slimness = width / height;
  if (slimness < 0.08 || slimness > 4) return null;
  // Twice the area over the outline is the thickness of a long stroke.
  const stroke = (2 * area) / outline;
  const contrast = component.contrast / area;
  if (stroke > 0.5 * height || contrast < LEAST_CONTRAST) return null;
  const fill = area / (width * height);
  // Only strokes that stand upright, such as l and 1, fill their box.
  if (fill < 0.12 || (fill > 0.85 && slimness > 0.5)) return null;
  return {
    left,
    top,
    right,
    bottom,
    width,
    height,
    stroke,
    contrast,
    brightness: component.brightness / area,
  };
};
