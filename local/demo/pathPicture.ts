import sharp, { type OverlayOptions } from "sharp";
import { distanceMm, PICTURE, PIXELS_PER_METER, type Place } from "./camera.ts";
import { REACHED_WITHIN_MM } from "./playEpisode.ts";
import type { StoredFrame } from "./readBack.ts";
import { drawText } from "./strokeFont.ts";
import { INK, svgOf } from "./svg.ts";

const MARGIN = 36;
const HEADER = 92;
const PLOT = { width: 760, left: 76, right: 28, top: 30, bottom: 58 } as const;
/** Every so many stored frames one is laid onto the map; the last lies on top. */
const MAP_EVERY = 4;
const MAP_SCALE = 1.5;
/** How much of each frame's edge fades into the one below. */
const FADE_PIXELS = 28;

export interface PathInput {
  readonly frames: readonly StoredFrame[];
  readonly target: Place;
  readonly title: string;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The way as one PNG: the table put together from the stored pictures with the camera's path on it, and the
 * distance to the block after each step.
 */
export async function drawPathPicture({ frames, target, title }: PathInput): Promise<Buffer> {
  const places = frames.map(({ place }) => place);
  const { picture, map, toMap } = await layMap(frames);
  const plot: Box = {
    left: map.left + map.width + MARGIN,
    top: HEADER,
    width: PLOT.width,
    height: map.height,
  };
  const width = plot.left + plot.width + MARGIN;
  const height = HEADER + map.height + MARGIN;
  const drawing = [
    drawText(MARGIN, 56, title, { sizePixels: 24, color: INK.text, weight: 1.7 }),
    drawMapPath(places.map(toMap), toMap(target)),
    drawPlot(
      plot,
      places.map((place) => distanceMm(place, target)),
    ),
  ];
  return sharp({ create: { width, height, channels: 3, background: INK.paper } })
    .composite([picture, { input: svgOf(width, height, drawing), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** Where a place on the table lies in the picture. */
type ToMap = (place: Place) => readonly [x: number, y: number];

/** Puts the table together from every so many frames; where two meet, the later one fades into the other. */
async function layMap(
  frames: readonly StoredFrame[],
): Promise<{ picture: OverlayOptions; map: Box; toMap: ToMap }> {
  const corners = frames.map(({ place }) => ({
    left: Math.round(place.x * PIXELS_PER_METER),
    top: Math.round(place.y * PIXELS_PER_METER),
  }));
  const lefts = corners.map(({ left }) => left);
  const tops = corners.map(({ top }) => top);
  const origin = { left: Math.min(...lefts), top: Math.min(...tops) };
  const width = Math.max(...lefts) - origin.left + PICTURE.widthPixels;
  const height = Math.max(...tops) - origin.top + PICTURE.heightPixels;

  const laid = frames.flatMap(({ picture }, index) => {
    const corner = corners[index];
    if (corner === undefined || (index % MAP_EVERY !== 0 && index !== frames.length - 1)) return [];
    return [{ picture, left: corner.left - origin.left, top: corner.top - origin.top }];
  });
  const hard = laid.map(({ picture, left, top }) => ({ input: picture, left, top }));
  const faded = laid.map(async ({ picture, left, top }) => ({ input: await fadeEdges(picture), left, top }));
  const table = await sharp({ create: { width, height, channels: 3, background: INK.panel } })
    .composite([...hard, ...(await Promise.all(faded))])
    .png()
    .toBuffer();

  const map: Box = {
    left: MARGIN,
    top: HEADER,
    width: Math.round(width * MAP_SCALE),
    height: Math.round(height * MAP_SCALE),
  };
  const input = await sharp(table).resize(map.width, map.height, { fit: "fill" }).toBuffer();
  const toMap: ToMap = ({ x, y }) => [
    map.left + (x * PIXELS_PER_METER - origin.left + PICTURE.widthPixels / 2) * MAP_SCALE,
    map.top + (y * PIXELS_PER_METER - origin.top + PICTURE.heightPixels / 2) * MAP_SCALE,
  ];
  return { picture: { input, left: map.left, top: map.top }, map, toMap };
}

async function fadeEdges(picture: Buffer): Promise<Buffer> {
  const { widthPixels: width, heightPixels: height } = PICTURE;
  const inset = FADE_PIXELS / 2;
  const mask = svgOf(width, height, [
    `<filter id="soft"><feGaussianBlur stdDeviation="${FADE_PIXELS / 5}"/></filter>`,
    `<rect x="${inset}" y="${inset}" width="${width - FADE_PIXELS}" height="${height - FADE_PIXELS}" fill="#fff" filter="url(#soft)"/>`,
  ]);
  return sharp(picture)
    .ensureAlpha()
    .composite([{ input: mask, blend: "dest-in" }])
    .png()
    .toBuffer();
}

function drawMapPath(
  points: readonly (readonly [number, number])[],
  target: readonly [number, number],
): string {
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const [first] = points;
  const radius = (REACHED_WITHIN_MM / 1000) * PIXELS_PER_METER * MAP_SCALE;
  return `
    <g fill="none" stroke-linejoin="round" stroke-linecap="round">
      <polyline points="${line}" stroke="#000" stroke-opacity=".5" stroke-width="6"/>
      <polyline points="${line}" stroke="${INK.path}" stroke-width="2.6"/>
    </g>
    ${points.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2.8" fill="${INK.path}"/>`).join("")}
    <circle cx="${target[0].toFixed(1)}" cy="${target[1].toFixed(1)}" r="${radius}" fill="none" stroke="#fff" stroke-width="2"/>
    ${first === undefined ? "" : drawStart(first, target)}`;
}

/** Names where the path began, on the side that it does not leave by. */
function drawStart([x, y]: readonly [number, number], target: readonly [number, number]): string {
  const leavesRight = target[0] > x;
  const leavesDown = target[1] > y;
  return drawText(x + (leavesRight ? -12 : 12), y + (leavesDown ? -6 : 20), "start", {
    sizePixels: 15,
    color: "#fff",
    anchor: leavesRight ? "end" : "start",
    weight: 2,
  });
}

function drawPlot(box: Box, distancesMm: readonly number[]): string {
  const most = Math.ceil(Math.max(...distancesMm, 1) / 50) * 50;
  const left = box.left + PLOT.left;
  const right = box.left + box.width - PLOT.right;
  const top = box.top + PLOT.top;
  const bottom = box.top + box.height - PLOT.bottom;
  const xOf = (step: number): number =>
    left + ((step - 1) / Math.max(1, distancesMm.length - 1)) * (right - left);
  const yOf = (mm: number): number => bottom - (mm / most) * (bottom - top);
  const points = distancesMm.map((mm, index) => [xOf(index + 1), yOf(mm)] as const);
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const last = distancesMm.at(-1) ?? 0;
  const label = (
    x: number,
    y: number,
    text: string,
    anchor: "middle" | "end",
    color: string = INK.faint,
  ): string => drawText(x, y, text, { sizePixels: 13, color, anchor });
  const ticks = Array.from({ length: most / 50 + 1 }, (_, index) => index * 50);
  const steps = distancesMm.flatMap((_, index) => (index === 0 || (index + 1) % 5 === 0 ? [index + 1] : []));
  return `
    <rect x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}" fill="${INK.panel}"/>
    ${ticks.map((mm) => `<path d="M${left} ${yOf(mm)}H${right}" stroke="${INK.rule}"/>${label(left - 12, yOf(mm) + 6, String(mm), "end")}`).join("")}
    <rect x="${left}" y="${yOf(REACHED_WITHIN_MM)}" width="${right - left}" height="${bottom - yOf(REACHED_WITHIN_MM)}" fill="${INK.good}" fill-opacity=".35"/>
    ${label(left + (right - left) / 2, yOf(REACHED_WITHIN_MM) - 8, `reached: within ${REACHED_WITHIN_MM} mm`, "middle", INK.good)}
    <polyline points="${line}" fill="none" stroke="${INK.path}" stroke-width="2.6" stroke-linejoin="round"/>
    ${points.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.4" fill="${INK.path}"/>`).join("")}
    ${steps.map((step) => label(xOf(step), bottom + 24, String(step), "middle")).join("")}
    ${label((left + right) / 2, bottom + 48, "step", "middle")}
    ${drawText(left, top - 10, "mm from the axis of the camera to the block", { sizePixels: 13, color: INK.faint })}
    ${label(right, yOf(last) - 50, `${last.toFixed(1)} mm`, "end", INK.text)}`;
}
