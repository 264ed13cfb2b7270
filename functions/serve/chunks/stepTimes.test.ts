import { expect, test } from "vitest";
import { createStepTimes, type StepArrival } from "./stepTimes.ts";

const arrival: StepArrival = {
  organizationId: "a",
  episodeId: "e",
  step: 0,
  atMs: 10_000,
  stepSeconds: 0.1,
};

test("a step is as far from its time as the control rate says, however many steps lie between, early or late", () => {
  const times = createStepTimes();
  const jitter = (step: number, atMs: number) => times.jitterSeconds({ ...arrival, step, atMs });
  expect(jitter(0, 10_000)).toBeNull();
  expect(jitter(1, 10_130)).toBeCloseTo(0.03);
  expect(jitter(9, 10_900)).toBeCloseTo(0.03);
  expect(jitter(10, 11_000)).toBeCloseTo(0);
});

test("no step is expected of an episode that starts again, or of another organization's of the same name", () => {
  const times = createStepTimes();
  times.jitterSeconds({ ...arrival, step: 5 });
  expect(times.jitterSeconds({ ...arrival, step: 5 })).toBeNull();
  expect(times.jitterSeconds({ ...arrival, step: 0 })).toBeNull();
  expect(times.jitterSeconds({ ...arrival, organizationId: "b", step: 6 })).toBeNull();
  expect(times.jitterSeconds({ ...arrival, step: 1, atMs: 10_100 })).toBeCloseTo(0);
});

test("memory stays bounded: the episode that was quiet for longest is forgotten", () => {
  const times = createStepTimes();
  for (let episode = 0; episode <= 4096; episode += 1) {
    times.jitterSeconds({ ...arrival, episodeId: String(episode) });
  }
  expect(times.jitterSeconds({ ...arrival, episodeId: "0", step: 1 })).toBeNull();
  expect(times.jitterSeconds({ ...arrival, episodeId: "4096", step: 1 })).not.toBeNull();
});
