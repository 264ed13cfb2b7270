import { type PolicyObservation, PRIMARY_CAMERA } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { ObservationShape } from "../../contracts/policyServers.ts";
import type { InferFailure, Runner } from "../../contracts/ports.ts";
import { encodePng } from "../../guard/pixels/encodePng.ts";
import { decodePictures } from "./decodePictures.ts";
import type { PreparedObservation, View } from "./policyPorts.ts";

type Image = PolicyObservation["images"][number];
type Seen = { readonly key: string; readonly image: Image };

/** What decoding takes of the request. */
interface Decoding {
  readonly runner: Runner;
  readonly deadlineAtMs: number;
  readonly traceparent: string;
}

/**
 * Puts an observation as a server wants it: its names for our cameras, pixels where it takes no encoded
 * pictures, its pieces of the state. `invalid_input` where the robot did not send what the server needs.
 */
export async function prepareObservation(
  observation: PolicyObservation,
  shape: ObservationShape,
  decoding: Decoding,
): Promise<Outcome<PreparedObservation, InferFailure>> {
  const seen = chooseCameras(observation, shape);
  if (!seen.ok) return seen;
  const state = sliceState(observation.state, shape);
  if (!state.ok) return state;
  const views =
    shape.imageEncoding === "encoded"
      ? done(seen.value.map(({ key, image }): View => ({ key, kind: "encoded", bytes: encodedFile(image) })))
      : await toPixels(seen.value, shape.imageFit, decoding);
  if (!views.ok) return views;
  return done({ views: views.value, state: state.value, observation });
}

function chooseCameras(
  { images }: PolicyObservation,
  { cameras }: ObservationShape,
): Outcome<Seen[], InferFailure> {
  const seen: Seen[] = [];
  for (const { camera, key } of cameras) {
    const image = imageOf(images, camera, key);
    if (image === undefined)
      return failed({
        kind: "invalid_input",
        pointer: "/images",
        detail: `this policy needs the camera ${camera}`,
      });
    seen.push({ key, image });
  }
  return done(seen);
}

/**
 * A camera's picture by our name for it; else by the server's, for robots whose clients were written for that
 * server; the primary is, at last, the first.
 */
function imageOf(images: PolicyObservation["images"], camera: string, key: string): Image | undefined {
  const named = (name: string) => images.find((image) => image.camera === name);
  const found = named(camera) ?? named(key) ?? named(key.slice(key.lastIndexOf(".") + 1));
  return found ?? (camera === PRIMARY_CAMERA ? images[0] : undefined);
}

function sliceState(
  state: readonly number[] | null,
  shape: ObservationShape,
): Outcome<PreparedObservation["state"], InferFailure> {
  const needed = Math.max(0, ...shape.state.map(({ end }) => end));
  if ((state?.length ?? 0) < needed)
    return failed({
      kind: "invalid_input",
      pointer: "/state",
      detail: `this policy needs a state of ${needed} numbers or more`,
    });
  return done(shape.state.map(({ key, start, end }) => ({ key, numbers: state?.slice(start, end) ?? [] })));
}

/** A file that every server reads. */
const encodedFile = (image: Image): Uint8Array<ArrayBuffer> =>
  image.pixels === null ? image.bytes : encodePng(image.pixels);

async function toPixels(
  seen: readonly Seen[],
  fit: ObservationShape["imageFit"],
  { runner, deadlineAtMs, traceparent }: Decoding,
): Promise<Outcome<View[], InferFailure>> {
  const encoded = seen.filter(({ image }) => image.pixels === null);
  const decoded = await decodePictures(
    encoded.map(({ image }) => image.bytes),
    fit,
    (request) => runner.infer({ ...request, traceparent }, deadlineAtMs),
  );
  if (!decoded.ok) return decoded;
  const ofKey = new Map(encoded.map(({ key }, index) => [key, decoded.value[index]]));
  const views: View[] = [];
  for (const { key, image } of seen) {
    const pixels = image.pixels ?? ofKey.get(key);
    if (pixels === undefined) return failed({ kind: "bad_answer", detail: "a picture was not decoded" });
    views.push({ key, kind: "pixels", ...pixels });
  }
  return done(views);
}
