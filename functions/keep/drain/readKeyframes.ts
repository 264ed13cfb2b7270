import { z } from "zod";
import { done, type Outcome } from "../../contracts/outcome.ts";
import type { DatabaseFailure, ObjectStoreFailure } from "../../contracts/ports.ts";
import { storedImages } from "../records/store.ts";
import type { DrainPorts } from "./drainPorts.ts";
import { isKeyframe } from "./keyframe.ts";
import type { WaitingEntry } from "./waitingEntry.ts";

/** A record of which the primary camera's picture is stored, and where. */
export interface StoredKeyframe {
  readonly entry: WaitingEntry;
  readonly key: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

const rowSchema = z.object({
  id: z.string(),
  key: z.string(),
  offset_bytes: z.number(),
  length_bytes: z.number(),
});

/** Which of these entries are keyframes whose picture was stored, and where: what was withheld has no place. */
export async function findKeyframes(
  organizationId: string,
  entries: readonly WaitingEntry[],
  { configuration, database }: DrainPorts,
): Promise<Outcome<StoredKeyframe[], DatabaseFailure>> {
  const keyframes = entries.filter(
    ({ record }) => record.imageState === "pending" && isKeyframe(record, configuration),
  );
  if (keyframes.length === 0) return done([]);
  const records = keyframes.map(({ record }) => record);
  const answer = await database.forOrg(organizationId, [storedImages(organizationId, records)]);
  if (!answer.ok) return answer;
  const places = new Map(
    (answer.value[0] ?? []).map((row) => {
      const { id, key, offset_bytes: offsetBytes, length_bytes: lengthBytes } = rowSchema.parse(row);
      return [id, { key, offsetBytes, lengthBytes }];
    }),
  );
  return done(
    keyframes.flatMap((entry) => {
      const place = places.get(entry.record.id);
      return place === undefined ? [] : [{ entry, ...place }];
    }),
  );
}

/** Cuts keyframes, in their order, into runs of at most `maxBytes` of pictures, and at least one. */
export function cutKeyframes(keyframes: readonly StoredKeyframe[], maxBytes: number): StoredKeyframe[][] {
  const runs: StoredKeyframe[][] = [];
  let roomBytes = 0;
  for (const keyframe of keyframes) {
    const run = runs.at(-1);
    if (run === undefined || keyframe.lengthBytes > roomBytes) {
      runs.push([keyframe]);
      roomBytes = maxBytes - keyframe.lengthBytes;
    } else {
      run.push(keyframe);
      roomBytes -= keyframe.lengthBytes;
    }
  }
  return runs;
}

/** The pictures as they were stored, so that what is embedded is what is kept; null for one that is gone. */
export async function readKeyframes(
  keyframes: readonly StoredKeyframe[],
  { objectStore }: DrainPorts,
): Promise<Outcome<(Uint8Array<ArrayBuffer> | null)[], ObjectStoreFailure>> {
  const read = await Promise.all(
    keyframes.map(({ key, offsetBytes, lengthBytes }) => objectStore.get(key, { offsetBytes, lengthBytes })),
  );
  const pictures: (Uint8Array<ArrayBuffer> | null)[] = [];
  for (const picture of read) {
    if (!picture.ok) return picture;
    pictures.push(picture.value);
  }
  return done(pictures);
}
