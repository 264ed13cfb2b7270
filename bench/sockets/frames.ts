import { z } from "zod";
import type { Pixels } from "../../functions/contracts/observations.ts";
import { encodePng } from "../../functions/guard/pixels/encodePng.ts";
import { packFrame, unpackFrame } from "../../functions/serve/openpi/msgpack.ts";
import { membersOf, writeArray } from "../../functions/serve/openpi/ndarray.ts";
import { FIRST_STEP, type RequestTemplate, requestTemplate } from "../requests.ts";

/** What openpi's robots send: pictures of this size. */
const SIDE_PIXELS = 224;
const CAMERAS = ["observation/image", "observation/wrist_image"];
const INSTRUCTION = "move to the red block";

/** A table with texture: the same bytes on every machine. */
function picture(camera: number): Pixels {
  const rgb = new Uint8Array(SIDE_PIXELS * SIDE_PIXELS * 3);
  for (let at = 0; at < rgb.length; at += 1) rgb[at] = (at * (7 + camera) + (at >> 9)) & 0xff;
  return { widthPixels: SIDE_PIXELS, heightPixels: SIDE_PIXELS, rgb };
}

/** One observation as an openpi client sends it. */
export const observationFrame = (cameras: number): Uint8Array =>
  Uint8Array.from(
    packFrame({
      ...Object.fromEntries(
        CAMERAS.slice(0, cameras).map((name, camera) => [
          name,
          writeArray(picture(camera).rgb, "|u1", [SIDE_PIXELS, SIDE_PIXELS, 3]),
        ]),
      ),
      prompt: INSTRUCTION,
    }),
  );

/** The same observation as a request of `POST /v1/act`. */
export function observationRequest(cameras: number, point: number, key: string): RequestTemplate {
  const body = JSON.stringify({
    robot_type: "franka",
    instruction: INSTRUCTION,
    images: Object.fromEntries(
      CAMERAS.slice(0, cameras).map((name, camera) => [
        name,
        Buffer.from(encodePng(picture(camera))).toString("base64"),
      ]),
    ),
    episode_id: `bench-r${String(point).padStart(3, "0")}-c00`,
    step: FIRST_STEP,
  });
  return requestTemplate("/v1/act", body, key);
}

const answerSchema = z.object({
  recorded: z.boolean(),
  inferMs: z.number(),
  recordMs: z.number(),
  handledMs: z.number(),
});
export type SocketAnswer = z.infer<typeof answerSchema>;

const member = (map: unknown, name: string): unknown =>
  map instanceof Map ? membersOf(map).get(name) : undefined;

/** What an answer says of itself; null where it is none. */
export function readAnswer(frame: Uint8Array): SocketAnswer | null {
  const unpacked = unpackFrame(frame);
  if (!unpacked.ok) return null;
  const timing = member(unpacked.value, "server_timing");
  const answer = answerSchema.safeParse({
    recorded: member(member(unpacked.value, "headgate"), "recorded"),
    inferMs: member(member(unpacked.value, "policy_timing"), "infer_ms"),
    recordMs: member(timing, "record_ms"),
    handledMs: member(timing, "infer_ms"),
  });
  return answer.success ? answer.data : null;
}
