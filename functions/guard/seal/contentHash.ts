import { hexDigest } from "../../contracts/hexDigest.ts";
import { canonicalRobotName, findRobot } from "../../contracts/robots.ts";
import { utf8 } from "../../contracts/utf8.ts";
import type { ActInput } from "../gates/actInput.ts";

/** What makes two requests the same: whose they are, and everything that was asked. */
export interface HashedContent {
  readonly organizationId: string;
  readonly subjectRef: string | null;
  readonly input: ActInput;
}

/**
 * SHA-256, in hex, over one canonical encoding of a request: its fields as a JSON array, with the SHA-256 of each
 * camera's image. Equal content, equal hash; a robot's aliases are equal.
 */
export async function contentHash({ organizationId, subjectRef, input }: HashedContent): Promise<string> {
  const images = await Promise.all(
    input.images.map(async ({ camera, bytes }) => [camera, bytes === null ? null : await hexDigest(bytes)]),
  );
  const fields = [
    organizationId,
    subjectRef,
    robotName(input.robotType),
    input.instruction,
    input.state,
    input.actionSpace,
    input.episodeId,
    input.step,
    input.capturedAt,
    images,
  ];
  return await hexDigest(utf8(JSON.stringify(fields)));
}

const robotName = (name: string | null): string | null =>
  name === null ? null : (findRobot(name)?.name ?? canonicalRobotName(name));
