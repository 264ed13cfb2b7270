import sharp from "sharp";
import { HEIGHT_M, PICTURE, PIXELS_PER_METER, type Place } from "./camera.ts";
import { seededRandom } from "./random.ts";
import type { Block, Scene } from "./scene.ts";

/** Rays per pixel along each axis; the average smooths the edges. */
const OVERSAMPLING = 2;
/** Light falls from the upper left: how far a shadow reaches per metre of height. */
const LIGHT = { x: 0.55, y: 0.4 } as const;
const SHADOW = 0.56;
const TOP_BRIGHTNESS = 1;
/** Brightness of the sides that look to +x, −x, +y and −y of the block. */
const SIDE_BRIGHTNESS = [0.58, 0.84, 0.62, 0.78] as const;
const SENSOR_NOISE = 7;
const JPEG_QUALITY = 85;

/** A block with what every ray needs of it. */
interface Solid {
  readonly block: Block;
  readonly cos: number;
  readonly sin: number;
  /** Squared radius on the table outside which no ray and no shadow meets it. */
  readonly reach2: number;
}

/** What one ray sees: color and brightness. */
interface Hit {
  readonly rgb: readonly [number, number, number];
  readonly brightness: number;
}

/**
 * The picture that the camera above `place` takes, as JPEG: each pixel's ray is followed to the nearest
 * block or to the table. `seed` is for the sensor's noise, so that no two pictures are equal.
 */
export function renderPicture(scene: Scene, place: Place, seed: number): Promise<Buffer> {
  const width = PICTURE.widthPixels * OVERSAMPLING;
  const height = PICTURE.heightPixels * OVERSAMPLING;
  const pixels = Buffer.alloc(width * height * 3);
  const solids = scene.blocks.map(solidOf);
  const random = seededRandom(seed);
  const metersPerRay = 1 / (PIXELS_PER_METER * OVERSAMPLING);
  let at = 0;
  for (let row = 0; row < height; row++) {
    const y = (row + 0.5 - height / 2) * metersPerRay;
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5 - width / 2) * metersPerRay;
      const { rgb, brightness } = look(solids, place, x, y);
      const noise = (random() - 0.5) * 2 * SENSOR_NOISE * OVERSAMPLING;
      // A lens darkens towards the corners.
      const lit = brightness * (1 - 2.2 * (x * x + y * y));
      for (const value of rgb) pixels[at++] = Math.max(0, Math.min(255, value * lit + noise));
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(PICTURE.widthPixels, PICTURE.heightPixels)
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}

function solidOf(block: Block): Solid {
  // Half the diagonal, leaning outwards by perspective and away from the light as a shadow.
  const reach = block.sideM * (Math.SQRT1_2 + 0.75);
  return { block, cos: Math.cos(block.turnRadians), sin: Math.sin(block.turnRadians), reach2: reach * reach };
}

/** Follows the ray from the camera above `place` to the table's point (x, y), seen from there. */
function look(solids: readonly Solid[], place: Place, x: number, y: number): Hit {
  const ground = { x: place.x + x, y: place.y + y };
  let shadow = 1;
  let nearest = Number.POSITIVE_INFINITY;
  let hit: Hit | null = null;
  for (const solid of solids) {
    const dx = ground.x - solid.block.center.x;
    const dy = ground.y - solid.block.center.y;
    if (dx * dx + dy * dy > solid.reach2) continue;
    const met = meet(solid, dx - x, dy - y, HEIGHT_M, x / HEIGHT_M, y / HEIGHT_M);
    if (met !== null && met.fallM < nearest) {
      nearest = met.fallM;
      hit = { rgb: solid.block.paint, brightness: met.brightness };
    }
    // Towards the light, upwards: the same test from the ground on.
    if (meet(solid, dx, dy, 0, LIGHT.x, LIGHT.y) !== null) shadow = SHADOW;
  }
  return hit ?? { rgb: wood(ground), brightness: shadow };
}

/**
 * Where a line meets a block (slab method). The line starts at (x, y, z) relative to the block's foot and
 * moves by (slopeX, slopeY) per metre of fall; from the ground it is followed upwards against the light.
 */
function meet(
  { block, cos, sin }: Solid,
  x: number,
  y: number,
  z: number,
  slopeX: number,
  slopeY: number,
): { fallM: number; brightness: number } | null {
  const half = block.sideM / 2;
  let enter = z - block.sideM;
  let leave = z;
  let brightness = TOP_BRIGHTNESS;
  for (const across of [false, true]) {
    const start = across ? y * cos - x * sin : x * cos + y * sin;
    const slope = across ? slopeY * cos - slopeX * sin : slopeX * cos + slopeY * sin;
    if (slope === 0) {
      if (Math.abs(start) > half) return null;
      continue;
    }
    const first = (-Math.sign(slope) * half - start) / slope;
    const last = (Math.sign(slope) * half - start) / slope;
    if (first > enter) {
      enter = first;
      brightness = SIDE_BRIGHTNESS[(across ? 2 : 0) + (slope > 0 ? 1 : 0)] ?? TOP_BRIGHTNESS;
    }
    if (last < leave) leave = last;
  }
  return enter < leave ? { fallM: enter, brightness } : null;
}

const PLANK_M = 0.085;

/** A table of pale planks: a pure function of the place, so that it stays where it is while the camera moves. */
function wood({ x, y }: Place): Hit["rgb"] {
  const plank = Math.floor(y / PLANK_M);
  const across = y / PLANK_M - plank;
  const shade = Math.sin(plank * 12.9898) * 7;
  const bend = Math.sin(x * 21 + plank * 5) * 0.9 + Math.sin(x * 7 + plank) * 1.6;
  const grain = Math.sin(across * 34 + bend * 2) * 4 + Math.sin(across * 91 + x * 30 + bend * 3) * 2.5;
  const seam = across < 0.012 || across > 0.988 ? -34 : 0;
  const tone = shade + grain + seam;
  return [176 + tone, 160 + tone * 0.95, 138 + tone * 0.85];
}
