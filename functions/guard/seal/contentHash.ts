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

/**
 * SHA-256, in hex, over one canonical encoding of a request: its fields as a JSON array, a zero byte (which
 * JSON never holds), then the image's bytes. Equal content, equal hash; a robot's aliases are equal.
 */
export function contentHash({ organizationId, subjectRef, input }: HashedContent): Promise<string> {
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
    ]),
  );
  const image = input.image?.bytes ?? new Uint8Array(0);
  const content = new Uint8Array(fields.length + 1 + image.length);
  content.set(fields);
  content.set(image, fields.length + 1);
  return hexDigest(content);
}

const robotName = (name: string | null): string | null =>
  name === null ? null : (findRobot(name)?.name ?? canonicalRobotName(name));
