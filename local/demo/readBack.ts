import { z } from "zod";
import type { Place } from "./camera.ts";
import type { Client, InferenceRow } from "./client.ts";
import type { Step } from "./playEpisode.ts";
import { StoryError } from "./storyError.ts";

/** Records are promised within two seconds; a busy machine may take longer. */
const STORED_WITHIN_MS = 15_000;
const POLL_MS = 150;
const PARALLEL_READS = 4;

/** One frame as the product gave it back: its picture, and where the arm said it was. */
export interface StoredFrame {
  readonly step: number;
  readonly place: Place;
  readonly picture: Buffer;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Reads an episode's rows until `enough` says that all are there; throws after fifteen seconds. */
export async function awaitRows(
  client: Client,
  episodeId: string,
  what: string,
  enough: (rows: readonly InferenceRow[]) => boolean,
): Promise<InferenceRow[]> {
  const untilMs = performance.now() + STORED_WITHIN_MS;
  for (;;) {
    const rows = await client.listEpisode(episodeId);
    if (enough(rows)) return rows;
    if (performance.now() > untilMs)
      throw new StoryError(
        `Of ${what}, only ${rows.length} rows were stored within ${STORED_WITHIN_MS / 1000} s.`,
      );
    await pause(POLL_MS);
  }
}

const placeSchema = z.tuple([z.number(), z.number()]).rest(z.number());
const DATA_URL = /^data:image\/[a-z]+;base64,/;

/** Reads the stored frames of an episode in the order of its steps, pictures included. */
export async function readFrames(client: Client, steps: readonly Step[]): Promise<StoredFrame[]> {
  const frames: StoredFrame[] = [];
  const waiting = steps.filter(({ recorded }) => recorded);
  const read = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const record = await client.readInference(next.id);
      const place = placeSchema.safeParse(record?.state);
      if (record === null || record.image_data === null || record.step === null || !place.success)
        throw new StoryError(`The record ${next.id} came back without its picture, step or state.`);
      const picture = Buffer.from(record.image_data.replace(DATA_URL, ""), "base64");
      frames.push({ step: record.step, place: { x: place.data[0], y: place.data[1] }, picture });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_READS }, read));
  return frames.sort((a, b) => a.step - b.step);
}
