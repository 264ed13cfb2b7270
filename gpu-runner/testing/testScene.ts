import sharp from "sharp";
import { seededRandom } from "../build-models/seededRandom.ts";

/** Pictures for tests: colored blocks on a table, seen straight from above by a camera that moves over it. */
export interface Block {
  readonly rgb: readonly [number, number, number];
  /** Center on the table and side, in meters; x right and y down as the camera sees them. */
  readonly x: number;
  readonly y: number;
  readonly sideM: number;
  readonly turn: number;
}

export interface Scene {
  readonly blocks: readonly Block[];
  readonly background: readonly [number, number, number];
  /** How strongly the table is grained, and the light falls off to one side: 0 to 1. */
  readonly grain: number;
  readonly slope: number;
  readonly seed: number;
}

export interface Camera {
  readonly x: number;
  readonly y: number;
  /** Meters that the longer side of the picture shows. */
  readonly viewWidthM: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

const covers = (block: Block, x: number, y: number): boolean => {
  const dx = x - block.x;
  const dy = y - block.y;
  const along = dx * Math.cos(block.turn) + dy * Math.sin(block.turn);
  const across = dy * Math.cos(block.turn) - dx * Math.sin(block.turn);
  return Math.max(Math.abs(along), Math.abs(across)) <= block.sideM / 2;
};

/** The raw RGB picture. */
export const renderPixels = (scene: Scene, camera: Camera): Uint8Array<ArrayBuffer> => {
  const { heightPx, viewWidthM, widthPx } = camera;
  const pixels = new Uint8Array(widthPx * heightPx * 3);
  const random = seededRandom(scene.seed);
  const meters = viewWidthM / Math.max(widthPx, heightPx);
  for (let row = 0; row < heightPx; row++)
    for (let column = 0; column < widthPx; column++) {
      const x = camera.x + (column + 0.5 - widthPx / 2) * meters;
      const y = camera.y + (row + 0.5 - heightPx / 2) * meters;
      const block = scene.blocks.find((one) => covers(one, x, y));
      const grain = block ? 0 : scene.grain * 30 * Math.sin(x * 260 + 2 * Math.sin(y * 90));
      const light = 1 - scene.slope * 0.35 * (column / widthPx);
      const noise = (random() - 0.5) * 16;
      const rgb = block?.rgb ?? scene.background;
      rgb.forEach((value, channel) => {
        const index = (row * widthPx + column) * 3 + channel;
        pixels[index] = Math.max(0, Math.min(255, value * light + grain + noise));
      });
    }
  return pixels;
};

/** The picture as a camera would send it. */
export const renderJpeg = async (
  scene: Scene,
  camera: Camera,
  quality = 70,
): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(
    await sharp(renderPixels(scene, camera), {
      raw: { width: camera.widthPx, height: camera.heightPx, channels: 3 },
    })
      .jpeg({ quality })
      .toBuffer(),
  );
