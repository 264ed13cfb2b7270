import { type CameraImage, PRIMARY_CAMERA } from "../contracts/observations.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { ProblemPointer } from "../contracts/problems.ts";
import { CAMERA_NAME, CAMERAS_MAX } from "./schema.ts";

/** A multipart request to act, taken apart: the JSON text of its part `request`, and what the cameras saw. */
export interface ActParts {
  readonly requestText: string;
  /** The primary camera first, the others as they came. */
  readonly images: readonly CameraImage[];
}

const REQUEST_PART = "request";
/** The name under which JSON bodies send the primary camera; good here too. */
const IMAGE_PART = "image";
/** What parsers say of a part that declares nothing: these words declare nothing. */
const UNDECLARED = new Set(["", "text/plain", "application/octet-stream"]);

type Part = readonly [name: string, value: File | string];

/**
 * Takes the parts of a multipart body apart: one named `request` holds the request as JSON, every other is a
 * file and a camera's picture, its name the camera's (`image` is the primary one). Everything that does not fit
 * is pointed at as in a JSON body.
 */
export async function readActParts(
  parts: Iterable<Part>,
): Promise<Outcome<ActParts, readonly ProblemPointer[]>> {
  const all = [...parts];
  const requests = all.filter(([name]) => name === REQUEST_PART).map(([, value]) => value);
  const cameras = all.filter(([name]) => name !== REQUEST_PART);
  const [request] = requests;
  const errors = [...judgeRequests(requests.length), ...judgeCameras(cameras)];
  if (request === undefined || errors.length > 0) return failed(errors);
  const images = await Promise.all(cameras.map(readCamera));
  return done({
    requestText: typeof request === "string" ? request : await request.text(),
    images: images.flat().toSorted((a, b) => rankOf(a.camera) - rankOf(b.camera)),
  });
}

const problem = (pointer: string, detail: string): ProblemPointer => ({ pointer, detail });

const judgeRequests = (count: number): ProblemPointer[] =>
  count === 1
    ? []
    : [problem("/request", count === 0 ? "There is no part of this name." : "This part was sent twice.")];

const cameraOf = (name: string): string => (name === IMAGE_PART ? PRIMARY_CAMERA : name);
const rankOf = (camera: string): number => (camera === PRIMARY_CAMERA ? 0 : 1);

const pointerOf = (name: string): string =>
  name === IMAGE_PART ? "/image" : `/images/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

function judgeCameras(parts: readonly Part[]): ProblemPointer[] {
  const cameras = new Set(parts.map(([name]) => cameraOf(name)));
  const tooMany = cameras.size > CAMERAS_MAX ? [problem("/images", `at most ${CAMERAS_MAX} cameras`)] : [];
  const seen = new Set<string>();
  const errors = parts.flatMap(([name, value]): ProblemPointer[] => {
    const camera = cameraOf(name);
    const again = seen.has(camera);
    seen.add(camera);
    if (!CAMERA_NAME.test(camera)) return [problem("/images", `a camera's name must match ${CAMERA_NAME}`)];
    if (again) return [problem(pointerOf(name), "This camera was sent twice.")];
    if (typeof value === "string") return [problem(pointerOf(name), "Send it as a file: with a filename.")];
    return [];
  });
  return [...tooMany, ...errors];
}

async function readCamera([name, value]: Part): Promise<CameraImage[]> {
  if (typeof value === "string") return [];
  const declared = value.type.split(";")[0]?.trim().toLowerCase() ?? "";
  return [
    {
      camera: cameraOf(name),
      pointer: pointerOf(name),
      bytes: new Uint8Array(await value.arrayBuffer()),
      declaredType: UNDECLARED.has(declared) ? null : declared,
      pixels: null,
    },
  ];
}
