import sharp, { type OverlayOptions } from "sharp";
import { distanceMm, PICTURE, PIXELS_PER_METER, type Place } from "./camera.ts";
import type { StoredFrame } from "./readBack.ts";
import { drawText } from "./strokeFont.ts";
import { INK, svgOf } from "./svg.ts";

const COLUMNS = 8;
const FRAME = { width: 240, height: 180 } as const;
const GAP = 14;
const LABEL = 32;
const MARGIN = 36;
const HEADER = 108;
const SCALE = (FRAME.width / PICTURE.widthPixels) * PIXELS_PER_METER;

/** What the sheet is about. */
export interface SheetInput {
  readonly frames: readonly StoredFrame[];
  readonly target: Place;
  readonly title: string;
  readonly subtitle: string;
}

interface Cell {
  readonly frame: StoredFrame;
  readonly left: number;
  readonly top: number;
}

/**
 * All stored pictures as one PNG, in the order of their steps: the cross is where the camera looks, the line
 * is the way it came, the number is how far the block still is.
 */
export async function drawContactSheet({ frames, target, title, subtitle }: SheetInput): Promise<Buffer> {
  const cells = frames.map((frame, index): Cell => {
    const left = MARGIN + (index % COLUMNS) * (FRAME.width + GAP);
    const top = HEADER + Math.floor(index / COLUMNS) * (FRAME.height + LABEL + GAP);
    return { frame, left, top };
  });
  const width = 2 * MARGIN + COLUMNS * (FRAME.width + GAP) - GAP;
  const rows = Math.ceil(frames.length / COLUMNS);
  const height = HEADER + rows * (FRAME.height + LABEL + GAP) - GAP + MARGIN;
  const pictures = await Promise.all(cells.map(placePicture));
  const places = frames.map(({ place }) => place);
  const drawing = [
    drawText(MARGIN, 54, title, { sizePixels: 26, color: INK.text, weight: 1.7 }),
    drawText(MARGIN, 84, subtitle, { sizePixels: 14, color: INK.faint }),
    ...cells.map((cell, index) =>
      drawCell(cell, places.slice(0, index + 1), target, index === cells.length - 1),
    ),
  ];
  return sharp({ create: { width, height, channels: 3, background: INK.paper } })
    .composite([...pictures, { input: svgOf(width, height, drawing), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}

async function placePicture({ frame, left, top }: Cell): Promise<OverlayOptions> {
  return { input: await sharp(frame.picture).resize(FRAME.width, FRAME.height).toBuffer(), left, top };
}

function drawCell({ frame, left, top }: Cell, trail: readonly Place[], target: Place, last: boolean): string {
  const middle = { x: left + FRAME.width / 2, y: top + FRAME.height / 2 };
  const points = trail.map(({ x, y }) => [
    (middle.x + (x - frame.place.x) * SCALE).toFixed(1),
    (middle.y + (y - frame.place.y) * SCALE).toFixed(1),
  ]);
  const line = points.map((point) => point.join(",")).join(" ");
  const clip = `frame${frame.step}`;
  const base = top + FRAME.height + 22;
  const missing = `${distanceMm(frame.place, target).toFixed(last ? 1 : 0)} mm`;
  const color = last ? INK.good : INK.text;
  return `
    <clipPath id="${clip}"><rect x="${left}" y="${top}" width="${FRAME.width}" height="${FRAME.height}"/></clipPath>
    <g clip-path="url(#${clip})" fill="none" stroke-linejoin="round" stroke-linecap="round">
      <polyline points="${line}" stroke="#000" stroke-opacity=".45" stroke-width="5"/>
      <polyline points="${line}" stroke="${INK.path}" stroke-width="2.4"/>
      ${points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2" fill="${INK.path}" stroke="none"/>`).join("")}
    </g>
    ${drawCross(middle.x, middle.y)}
    ${last ? `<rect x="${left - 2}" y="${top - 2}" width="${FRAME.width + 4}" height="${FRAME.height + 4}" fill="none" stroke="${INK.good}" stroke-width="4"/>` : ""}
    ${drawText(left, base, `step ${frame.step + 1}`, { sizePixels: 14, color })}
    ${drawText(left + FRAME.width, base, last ? `reached · ${missing}` : missing, { sizePixels: 14, color: last ? INK.good : INK.faint, anchor: "end" })}`;
}

const drawCross = (x: number, y: number): string =>
  ["#000", "#fff"]
    .map(
      (color, index) =>
        `<path d="M${x - 13} ${y}H${x - 4}M${x + 4} ${y}H${x + 13}M${x} ${y - 13}V${y - 4}M${x} ${y + 4}V${y + 13}" stroke="${color}" stroke-opacity="${index === 0 ? 0.5 : 1}" stroke-width="${index === 0 ? 4 : 1.8}" fill="none" stroke-linecap="round"/>`,
    )
    .join("");
