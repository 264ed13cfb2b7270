import { z } from "zod";
import { type CameraImage, PRIMARY_CAMERA } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { ProblemPointer } from "../../contracts/problems.ts";
import { pixelImage } from "../../guard/pixels/pixelImage.ts";
import { type Ndarray, numbersOf, readValue } from "./ndarray.ts";
import { looksLikePicture, readPicture } from "./readPicture.ts";

/** An observation in our words; what it does not say is null. */
export interface Observation {
  /** The primary camera first. */
  readonly images: readonly CameraImage[];
  readonly instruction: string | null;
  readonly state: readonly number[] | null;
  readonly step: number | null;
  readonly capturedAt: string | null;
  /** Age of the observation from which on an answer is of no use. */
  readonly maxAgeMs: number | null;
  readonly inferenceDelaySteps: number | null;
  readonly previousChunk: readonly (readonly number[])[] | null;
}

const CAMERA_NAME = /^[A-Za-z0-9_./-]{1,64}$/;
const CAMERAS_MAX = 8;
const PIXELS_MAX = 4096;
const NUMBERS_MAX = 256;
const CHUNK_STEPS_MAX = 1000;

/** The keys under which openpi's robots send what policies of a single view should see, best first. */
const PRIMARY_KEYS = [
  PRIMARY_CAMERA,
  "observation/exterior_image_1_left",
  "observation/image",
  "cam_high",
  "base_0_rgb",
];
/** Where a robot's own numbers are, by openpi's robots: the first of which all keys are there. */
const STATE_KEYS = [
  ["observation/state"],
  ["state"],
  ["observation/joint_position", "observation/gripper_position"],
];

const OWN_KEYS = "headgate/";
const PREVIOUS_CHUNK = "prev_chunk_left_over";
const extrasSchema = z.strictObject({
  step: z.int().min(0).nullable().default(null),
  captured_at: z.string().max(64).nullable().default(null),
  max_age_ms: z.int().min(1).nullable().default(null),
  inference_delay: z.int().min(0).max(CHUNK_STEPS_MAX).nullable().default(null),
});

/** An array or a plain value, by its key; arrays and values that cannot be read are among the problems. */
interface Contents {
  readonly arrays: ReadonlyMap<string, Ndarray>;
  readonly values: ReadonlyMap<string, unknown>;
  readonly problems: ProblemPointer[];
}

const pointerOf = (key: string): string => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/**
 * Reads the observation of an openpi client: DROID's keys, LIBERO's, ALOHA's, and beyond them every picture
 * under its own key. What else it holds is not for us. Fails with what is wrong, and where. Never throws.
 */
export function readObservation(
  members: ReadonlyMap<string, unknown>,
): Outcome<Observation, readonly ProblemPointer[]> {
  const contents = readContents(members);
  const { problems, values } = contents;
  const images = readCameras(contents);
  const state = readState(contents);
  const previousChunk = readPreviousChunk(contents);
  const extras = readExtras(contents);
  const prompt = values.get("prompt") ?? null;
  if (prompt !== null && (typeof prompt !== "string" || prompt.includes("\u0000"))) {
    problems.push({ pointer: "/prompt", detail: "must be text, without NUL" });
    return failed(problems);
  }
  if (extras === null || problems.length > 0) return failed(problems);
  return done({ images, instruction: prompt, state, previousChunk, ...extras });
}

/** The observation's members; those of `images`, where ALOHA keeps its cameras, count like the others. */
function readContents(members: ReadonlyMap<string, unknown>): Contents {
  const arrays = new Map<string, Ndarray>();
  const values = new Map<string, unknown>();
  const problems: ProblemPointer[] = [];
  const take = (key: string, value: unknown) => {
    const reading = readValue(value);
    if (!reading.ok) problems.push({ pointer: pointerOf(key), detail: reading.failure });
    else if (reading.value.kind === "array") arrays.set(key, reading.value.array);
    else values.set(key, reading.value.value);
  };
  for (const [key, value] of members) take(key, value);
  const cameras = values.get("images");
  if (cameras instanceof Map) {
    for (const [camera, value] of cameras) if (typeof camera === "string") take(camera, value);
  }
  return { arrays, values, problems };
}

function readCameras({ arrays, problems }: Contents): CameraImage[] {
  const images: CameraImage[] = [];
  for (const [camera, array] of arrays) {
    if (!looksLikePicture(array) || camera.startsWith(OWN_KEYS)) continue;
    const image = readCamera(camera, array);
    if (image.ok) images.push(image.value);
    else problems.push({ pointer: pointerOf(camera), detail: image.failure });
  }
  if (images.length > CAMERAS_MAX)
    problems.push({ pointer: "/images", detail: `at most ${CAMERAS_MAX} cameras` });
  return images.toSorted((left, right) => rankOf(left) - rankOf(right));
}

function rankOf({ camera }: CameraImage): number {
  const rank = PRIMARY_KEYS.indexOf(camera);
  return rank < 0 ? PRIMARY_KEYS.length : rank;
}

function readCamera(camera: string, array: Ndarray): Outcome<CameraImage, string> {
  if (!CAMERA_NAME.test(camera)) return failed(`a camera's name must match ${CAMERA_NAME.source}`);
  if (array.shape.some((length) => length < 1 || length > PIXELS_MAX))
    return failed(`a picture has at most ${PIXELS_MAX} pixels a side, and one at least`);
  const pixels = readPicture(array);
  if (!pixels.ok) return pixels;
  return done(pixelImage({ camera, pointer: pointerOf(camera) }, pixels.value));
}

function readState(contents: Contents): number[] | null {
  const { arrays, values } = contents;
  const keys = STATE_KEYS.find((each) => each.every((key) => arrays.has(key) || values.has(key)));
  return keys?.flatMap((key) => readNumbers(contents, key)) ?? null;
}

const numbersSchema = z.union([z.array(z.number()).max(NUMBERS_MAX), z.number().transform((one) => [one])]);

/** A vector, a single number, or a plain list; numbers that are not finite are for the gates to refuse. */
function readNumbers({ arrays, values, problems }: Contents, key: string): number[] {
  const array = arrays.get(key);
  if (array !== undefined && array.shape.length <= 1 && (array.shape[0] ?? 1) <= NUMBERS_MAX)
    return numbersOf(array);
  const list = numbersSchema.safeParse(values.get(key));
  if (list.success) return list.data;
  problems.push({ pointer: pointerOf(key), detail: `must be a vector of at most ${NUMBERS_MAX} numbers` });
  return [];
}

const chunkSchema = z.array(z.array(z.number()).max(NUMBERS_MAX)).max(CHUNK_STEPS_MAX);

function readPreviousChunk({ arrays, values, problems }: Contents): number[][] | null {
  const key = OWN_KEYS + PREVIOUS_CHUNK;
  const array = arrays.get(key);
  const [steps = 0, columns = 0] = array?.shape ?? [];
  if (array?.shape.length === 2 && steps <= CHUNK_STEPS_MAX && columns <= NUMBERS_MAX) {
    const numbers = numbersOf(array);
    return Array.from({ length: steps }, (_, step) => numbers.slice(step * columns, (step + 1) * columns));
  }
  if (array === undefined && (values.get(key) ?? null) === null) return null;
  const list = chunkSchema.safeParse(values.get(key));
  if (list.success) return list.data;
  problems.push({ pointer: pointerOf(key), detail: "must be an array of steps by numbers" });
  return null;
}

/** What only our own clients say, under `headgate/…`; a word that is none of these is refused, not overlooked. */
function readExtras({ arrays, values, problems }: Contents) {
  const own = [...arrays, ...values]
    .filter(([key]) => key.startsWith(OWN_KEYS))
    .map(([key, value]) => [key.slice(OWN_KEYS.length), value] as const)
    .filter(([name]) => name !== PREVIOUS_CHUNK);
  const extras = extrasSchema.safeParse(Object.fromEntries(own));
  if (!extras.success) {
    for (const issue of extras.error.issues) {
      const names = issue.code === "unrecognized_keys" ? issue.keys : [issue.path.join("/")];
      for (const name of names) problems.push({ pointer: pointerOf(OWN_KEYS + name), detail: issue.message });
    }
    return null;
  }
  const { step, captured_at: capturedAt, max_age_ms: maxAgeMs, inference_delay } = extras.data;
  return { step, capturedAt, maxAgeMs, inferenceDelaySteps: inference_delay };
}
