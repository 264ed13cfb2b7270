import type { Place } from "./camera.ts";
import { seededRandom } from "./random.ts";

type Rgb = readonly [red: number, green: number, blue: number];

/** A cube on the table. */
export interface Block {
  readonly color: BlockColor;
  readonly paint: Rgb;
  readonly center: Place;
  readonly sideM: number;
  readonly turnRadians: number;
}

export interface Scene {
  readonly blocks: readonly Block[];
}

const PAINTS = {
  red: [206, 38, 42],
  blue: [38, 84, 204],
  green: [36, 146, 74],
  yellow: [242, 204, 32],
  purple: [124, 56, 176],
} as const satisfies Record<string, Rgb>;

export type BlockColor = keyof typeof PAINTS;

export const BLOCK_COLORS: readonly BlockColor[] = ["red", "blue", "green", "yellow", "purple"];

/** Five places that a camera above the middle sees, the first four far out; metres. */
const PLACES: readonly Place[] = [
  { x: 0.148, y: -0.095 },
  { x: -0.142, y: -0.088 },
  { x: -0.15, y: 0.09 },
  { x: 0.138, y: 0.1 },
  { x: 0.015, y: -0.02 },
];
const JITTER_M = 0.01;

/** Lays five blocks on the table, the one that is asked for far out; another seed, another table. */
export function layTable(target: BlockColor, seed: number): Scene {
  const random = seededRandom(seed);
  const jitter = (): number => (random() * 2 - 1) * JITTER_M;
  const others = shuffled(
    BLOCK_COLORS.filter((color) => color !== target),
    random,
  );
  const corner = Math.floor(random() * (PLACES.length - 1));
  const colors = others.toSpliced(corner, 0, target);
  const blocks = PLACES.flatMap((place, index): Block[] => {
    const color = colors[index];
    if (color === undefined) return [];
    const center = { x: place.x + jitter(), y: place.y + jitter() };
    const sideM = 0.032 + random() * 0.01;
    return [{ color, paint: PAINTS[color], center, sideM, turnRadians: (random() * Math.PI) / 2 }];
  });
  return { blocks };
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** The block of that color; every scene has one of each. */
export function blockOf(scene: Scene, color: BlockColor): Block {
  const block = scene.blocks.find((one) => one.color === color);
  if (block === undefined) throw new Error(`The scene has no ${color} block.`);
  return block;
}
