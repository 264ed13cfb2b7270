import { seededRandom } from "./random.ts";

/** A place on the table in metres: x to the camera's right, y down in its picture. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The picture's size, and what of the table its longer side shows: the scale that visual-servo assumes. */
export const PICTURE = { widthPixels: 320, heightPixels: 240 } as const;
const VIEW_WIDTH_M = 0.4;
export const PIXELS_PER_METER = PICTURE.widthPixels / VIEW_WIDTH_M;

/** The camera looks straight down from here, so that a block's top appears larger than its foot. */
export const HEIGHT_M = 0.45;

/** Share of a commanded step that the arm has covered when the next picture is taken. */
const FOLLOWED = 0.65;
/** Farthest that vibration moves the arm on its way to the next picture, along each axis. */
const VIBRATION_M = 0.0004;

/** The simulated arm: a camera at its end effector, always above the table and always looking down. */
export interface Arm {
  /** Where the camera's axis meets the table. */
  readonly place: Place;
  /** x, y, z in metres, roll, pitch, yaw in radians, gripper: 1 open, 0 closed. */
  readonly state: readonly number[];
  /** Moves by one action of `ee_delta` in the camera's frame; Δz and rotations stay out of this simulation. */
  move(action: readonly number[]): void;
}

/** An arm that lags behind its commands and shakes a little: only a policy that looks again arrives. */
export function createArm(start: Place, seed: number): Arm {
  const random = seededRandom(seed);
  const shake = (): number => (random() * 2 - 1) * VIBRATION_M;
  let place = start;
  let gripper = 1;
  return {
    get place() {
      return place;
    },
    get state() {
      return [place.x, place.y, HEIGHT_M, 0, 0, 0, gripper];
    },
    move(action) {
      const [dx = 0, dy = 0] = action;
      gripper = action[6] ?? gripper;
      if (dx === 0 && dy === 0) return;
      place = { x: place.x + dx * FOLLOWED + shake(), y: place.y + dy * FOLLOWED + shake() };
    },
  };
}

/** The distance between two places, in millimetres. */
export const distanceMm = (from: Place, to: Place): number => Math.hypot(to.x - from.x, to.y - from.y) * 1000;
