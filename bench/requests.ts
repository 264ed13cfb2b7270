import { noisePng } from "./noisePng.ts";

/** One HTTP request as it goes over the wire, and where each connection writes what makes it unique. */
export interface RequestTemplate {
  readonly bytes: Uint8Array;
  /** Offset of the connection's two digits inside the episode's name. */
  readonly connectionAt: number;
  /** Offset of the step's digits. */
  readonly stepAt: number;
}

export interface ActBody {
  /** Length of the JSON, exactly. */
  readonly sizeBytes: number;
  /** Tells the points of a run apart: the same step of the same episode would be a duplicate. */
  readonly point: number;
  readonly dryRun: boolean;
}

/** Digits of a step: its first is never 0, as JSON wants it. */
export const STEP_DIGITS = 7;
export const FIRST_STEP = 1_000_000;
const CONNECTION_MARK = "-c00";

function bodyText(image: string, environment: string, { point, dryRun }: ActBody): string {
  return JSON.stringify({
    robot_type: "franka",
    instruction: "move to the red block",
    image,
    episode_id: `bench-p${String(point).padStart(3, "0")}${CONNECTION_MARK}`,
    step: FIRST_STEP,
    environment,
    ...(dryRun ? { dry_run: true } : {}),
  });
}

/** The JSON of one `act` call, with a real picture of noise that makes it as long as it has to be. */
export function actBody(body: ActBody): string {
  const roomCharacters = body.sizeBytes - bodyText("", "b", body).length;
  const image = noisePng(Math.floor(roomCharacters / 4) * 3).toString("base64");
  return bodyText(image, "b".repeat(1 + roomCharacters - image.length), body);
}

/** Writes a POST request for a body that `actBody` made. */
export function requestTemplate(path: string, body: string, key: string): RequestTemplate {
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    `authorization: Bearer ${key}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "",
    "",
  ].join("\r\n");
  const text = head + body;
  return {
    bytes: Buffer.from(text, "latin1"),
    connectionAt: text.indexOf(CONNECTION_MARK) + CONNECTION_MARK.length - 2,
    stepAt: text.indexOf(`"step":${FIRST_STEP}`) + '"step":'.length,
  };
}
