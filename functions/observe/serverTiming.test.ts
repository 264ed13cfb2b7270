import { expect, it } from "vitest";
import { serverTiming } from "./serverTiming.ts";

it("names the stages in the order in which they happen, in milliseconds", () => {
  const stages = { admitMs: 0.41, runnerQueueMs: 1, runnerComputeMs: 7.12345, recordMs: 2, totalMs: 12.3 };
  expect(serverTiming(stages)).toBe(
    "admit;dur=0.41, runner_queue;dur=1, runner_compute;dur=7.123, record;dur=2, total;dur=12.3",
  );
});

it("leaves out a stage that did not take place, instead of claiming zero", () => {
  const stages = { admitMs: 0, runnerQueueMs: null, runnerComputeMs: null, recordMs: null, totalMs: 1e-9 };
  expect(serverTiming(stages)).toBe("admit;dur=0, total;dur=0");
});
