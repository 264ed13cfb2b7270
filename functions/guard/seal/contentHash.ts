import { hexDigest } from "../../contracts/hexDigest.ts";
import { canonicalRobotName, findRobot } from "../../contracts/robots.ts";
import type { ActInput } from "../gates/actInput.ts";

/** What makes two requests the same: whose they are, and everything that was asked. */
export interface HashedContent {
  readonly organizationId: string;
  readonly subjectRef: string | null;
  readonly input: ActInput;
}

const encoder = new TextEncoder();
const EMPTY = new Uint8Array(0);

/**
 * SHA-256, in hex, over one canonical encoding of a request: its fields as a JSON array, a zero byte (which
 * JSON never holds), then the bytes of its images, whose cameras and lengths the array names. Equal content,
 * equal hash; a robot's aliases are equal.
 */
export function contentHash({ organizationId, subjectRef, input }: HashedContent): Promise<string> {
  const images = input.images.map(({ camera, bytes }) => ({ camera, bytes: bytes ?? EMPTY }));
  const fields = encoder.encode(
    JSON.stringify([
      organizationId,
      subjectRef,
      robotName(input.robotType),
      input.instruction,
      input.state,
      input.actionSpace,
      input.episodeId,
      input.step,
      input.capturedAt,
      images.map(({ camera, bytes }) => [camera, bytes.length]),
    ]),
  );
  const lengthBytes = images.reduce((sum, { bytes }) => sum + bytes.length, fields.length + 1);
  const content = new Uint8Array(lengthBytes);
  content.set(fields);
  let at = fields.length + 1;
  for (const { bytes } of images) {
    content.set(bytes, at);
    at += bytes.length;
  }
  return hexDigest(content);
}

const robotName = (name: string | null): string | null =>
  name === null ? null : (findRobot(name)?.name ?? canonicalRobotName(name));
