import { z } from "zod";
import { decodeBase64 } from "../../contracts/base64.ts";
import { finding } from "../../contracts/gates.ts";
import { type CameraImage, PRIMARY_CAMERA } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem, ProblemPointer } from "../../contracts/problems.ts";
import type { GateLimits } from "../../guard/gates/actInput.ts";
import { problemOfFindings } from "../../guard/gates/problemOfFindings.ts";
import { pixelImage } from "../../guard/pixels/pixelImage.ts";
import { jsonNumpySchema, pictureSize, readNumbers } from "./jsonNumpy.ts";
import { openVlaEncodedSchema, openVlaOftRequestSchema, openVlaRequestSchema } from "./schema.ts";

/** How the client wants to be answered: as it asked. */
export interface OpenVlaForm {
  /** JSON in a text. */
  readonly encoded: boolean;
  /** A chunk, not its first action. */
  readonly chunk: boolean;
}

/** What an OpenVLA client asked. */
export interface OpenVlaRequest {
  readonly form: OpenVlaForm;
  readonly instruction: string;
  readonly unnormKey: string | null;
  /** The primary camera first. */
  readonly images: readonly CameraImage[];
  readonly state: readonly number[] | null;
}

type ImageLimits = Pick<GateLimits, "IMAGE_MAX_BYTES">;
type Members = Readonly<Record<string, unknown>>;

const CAMERA_NAME = /^[A-Za-z0-9_./-]{1,64}$/;
const CAMERAS_MAX = 8;
const FULL_IMAGE = "full_image";
const STATE_MAX_BASE64 = 4096;
const membersSchema = z.record(z.string(), z.unknown());

const invalid = (errors: readonly ProblemPointer[]) => failed({ code: "invalid_request", errors } as const);
const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/**
 * Reads the body of `POST /act`, in any of OpenVLA's forms; pictures become PNGs. Pointers count from the
 * observation, also where that came as a text in `encoded`. Never throws.
 */
export function readOpenVla(body: unknown, limits: ImageLimits): Outcome<OpenVlaRequest, Problem> {
  const members = membersSchema.safeParse(body);
  if (!members.success) return invalid([{ pointer: "", detail: "must be an object" }]);
  if (!Object.hasOwn(members.data, "encoded")) return readObservation(members.data, false, limits);
  const encoded = openVlaEncodedSchema.safeParse(members.data);
  if (!encoded.success) return invalid(pointersOf(encoded.error));
  const inner = parse(encoded.data.encoded);
  return inner === null
    ? failed({ code: "malformed_json", errors: [{ pointer: "/encoded", detail: "must hold a JSON object" }] })
    : readObservation(inner, true, limits);
}

function parse(text: string): Members | null {
  try {
    return membersSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

const pointersOf = ({ issues }: z.core.$ZodError): ProblemPointer[] =>
  issues.map(({ path, message }) => ({ pointer: pointerOf(path), detail: message }));

function readObservation(
  members: Members,
  encoded: boolean,
  limits: ImageLimits,
): Outcome<OpenVlaRequest, Problem> {
  const chunk = Object.hasOwn(members, FULL_IMAGE);
  const parsed = chunk ? openVlaOftRequestSchema.safeParse(members) : openVlaRequestSchema.safeParse(members);
  if (!parsed.success) return invalid(pointersOf(parsed.error));
  const { instruction, unnorm_key: unnormKey = null } = parsed.data;
  const cameras = chunk ? camerasOf(members) : ["image"];
  if (cameras.length > CAMERAS_MAX)
    return invalid([{ pointer: "", detail: `at most ${CAMERAS_MAX} cameras` }]);

  const images: CameraImage[] = [];
  for (const [index, key] of cameras.entries()) {
    const image = readCamera(key, index === 0 ? PRIMARY_CAMERA : key, members[key], limits);
    if (!image.ok) return image;
    images.push(image.value);
  }
  const state = readState(chunk ? members.state : null);
  if (!state.ok) return invalid([{ pointer: "/state", detail: state.failure }]);
  return done({ form: { encoded, chunk }, instruction, unnormKey, images, state: state.value });
}

/** The keys under which OpenVLA-OFT looks for pictures, in its order. */
const camerasOf = (members: Members): string[] => [
  FULL_IMAGE,
  ...Object.keys(members).filter((key) => key.includes("wrist")),
];

function readCamera(
  key: string,
  camera: string,
  value: unknown,
  { IMAGE_MAX_BYTES }: ImageLimits,
): Outcome<CameraImage, Problem> {
  const pointer = pointerOf([key]);
  const array = jsonNumpySchema.safeParse(value);
  if (!array.success)
    return invalid([{ pointer, detail: "must be an array: `__numpy__`, `dtype` and `shape`" }]);
  if (!CAMERA_NAME.test(key)) return invalid([{ pointer, detail: `must match ${CAMERA_NAME.source}` }]);
  const size = pictureSize(array.data);
  if (!size.ok) return invalid([{ pointer, detail: size.failure }]);
  const { heightPixels, widthPixels } = size.value;
  const sizeBytes = heightPixels * widthPixels * 3;
  if (sizeBytes > IMAGE_MAX_BYTES) {
    const detail = `The picture has ${sizeBytes} bytes; ${IMAGE_MAX_BYTES} are allowed.`;
    return failed(problemOfFindings([finding("image.too_many_bytes", pointer, detail)]));
  }
  const rgb = decodeBase64(array.data.__numpy__);
  if (rgb === null) return failed(problemOfFindings([finding("image.not_base64", pointer)]));
  if (rgb.length !== sizeBytes)
    return invalid([{ pointer, detail: `holds ${rgb.length} bytes; its shape says ${sizeBytes}` }]);
  const pixels = { heightPixels, widthPixels, rgb };
  return done(pixelImage({ camera, pointer }, pixels));
}

function readState(value: unknown): Outcome<readonly number[] | null, string> {
  if (value === null || value === undefined) return done(null);
  if (Array.isArray(value)) return done(value.filter((number) => typeof number === "number"));
  const array = jsonNumpySchema.safeParse(value);
  if (!array.success) return failed("must be an array of numbers");
  const { data } = array;
  if (data.__numpy__.length > STATE_MAX_BASE64) return failed("has more numbers than any robot");
  return readNumbers(data, decodeBase64(data.__numpy__));
}
