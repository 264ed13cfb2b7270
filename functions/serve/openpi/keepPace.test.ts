import { expect, test } from "vitest";
import { TestClock } from "../../guard/leases/testWorld.ts";
import type { EpisodeState } from "./episode.ts";
import { keepPace } from "./keepPace.ts";

const state = (nextStep: number, changes: Partial<EpisodeState> = {}): EpisodeState => ({
  episodeId: "pick-1",
  number: null,
  ended: false,
  nextStep,
  lastChunk: null,
  touchedAtMs: 0,
  ...changes,
});

test("a session at work is written down once a second, and the last state always", async () => {
  const clock = new TestClock(0);
  const written: number[] = [];
  const save = keepPace({ clock, write: ({ nextStep }) => written.push(nextStep) });
  for (let step = 1; step <= 50; step += 1) {
    save(state(step));
    await clock.advance(100);
  }
  expect(written.length).toBeLessThanOrEqual(6);
  await clock.advance(1000);
  expect(written.at(-1)).toBe(50);
  const before = written.length;
  await clock.advance(60_000);
  expect(written.length).toBe(before);
});

test("another episode, and the end of one, are written at once", () => {
  const written: string[] = [];
  const clock = new TestClock(0);
  const save = keepPace({
    clock,
    write: ({ episodeId, ended }) => written.push(`${episodeId} ${ended}`),
  });
  save(state(1));
  save(state(2));
  save(state(0, { episodeId: "pick-2" }));
  save(state(0, { episodeId: "pick-2", ended: true }));
  expect(written).toEqual(["pick-1 false", "pick-2 false", "pick-2 true"]);
});
