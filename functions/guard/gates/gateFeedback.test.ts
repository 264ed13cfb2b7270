import { describe, expect, it } from "vitest";
import { findingsOfFeedback, sampleChunk } from "./testFeedback.ts";

const step = (...numbers: number[]) => Array.from({ length: 7 }, (_, axis) => numbers[axis] ?? 0);
const intervention = (change: Readonly<Record<string, unknown>>) => ({
  type: "intervention",
  at_step: 3,
  actions: sampleChunk,
  ...change,
});
const places = (...[change, about]: Parameters<typeof findingsOfFeedback>) =>
  findingsOfFeedback(intervention(change), about).map(({ rule, pointer }) => `${rule} ${pointer}`);

describe("actions that a person gave", () => {
  it("pass where a model's would", () => {
    expect(places({})).toEqual([]);
    expect(findingsOfFeedback({ type: "correction", actions: sampleChunk })).toEqual([]);
  });

  it("are pointed at where a rule first breaks", () => {
    const long = Array.from({ length: 100 }, () => step(0.01));
    expect(places({ actions: [...long.slice(0, 57), step(0, 0.2), ...long.slice(58, 70)] })).toEqual([
      "action.position /actions/57",
      "action.position_jump /actions/57",
    ]);
    expect(places({ actions: long })).toEqual(["action.position_travel /actions/85"]);
    expect(places({ actions: [step(), [0, 0], step()] })).toEqual(["action.shape /actions/1"]);
    expect(places({ actions: [step(), step(Number.POSITIVE_INFINITY)] })).toEqual([
      "action.finite /actions/1",
    ]);
    expect(places({}, { units: "normalized" })).toEqual([]);
    expect(places({}, { robotType: "custom:mine" })).toEqual(["robot_type.not_listed /inference_id"]);
  });

  it("start, where they are absolute, from the served step before, from the state, or from nowhere", () => {
    const at = (x: number) => step(x, 0, 0.3);
    const served = Array.from({ length: 8 }, (_, index) => at(0.3 + index * 0.02));
    const absolute = { actionSpace: "ee_abs", served, state: at(0.28) } as const;
    expect(places({ actions: [at(0.36)] }, absolute)).toEqual([]);
    expect(places({ actions: [at(0.2)] }, absolute)).toEqual(["action.position_jump /actions/0"]);
    expect(places({ actions: [at(0.3)], at_step: 0 }, absolute)).toEqual([]);
    const unknown = { ...absolute, served: null };
    expect(places({ actions: [at(0.36)] }, unknown)).toEqual(["action.start_unknown /actions/0"]);
    expect(places({ actions: [at(0.36)], state: at(0.35) }, unknown)).toEqual([]);
    expect(places({ state: step(Number.NaN) })).toEqual(["state.not_finite /state"]);
  });
});

describe("when it happened", () => {
  const rules = (occurred_at: string) => findingsOfFeedback({ occurred_at }).map(({ rule }) => rule);

  it("stands from the moment of the exchange to as far ahead as clocks may run", () => {
    expect(rules("2026-03-01T12:00:00.000Z")).toEqual([]);
    expect(rules("2026-03-01T11:59:59.999Z")).toEqual(["timestamp.before_record"]);
    expect(rules("2026-03-01T12:00:03.000Z")).toEqual([]);
    expect(rules("2026-03-01T12:00:03.001Z")).toEqual(["timestamp.ahead_of_clock"]);
    expect(rules("2026-03-01T13:00:00+01:00")).toEqual(["timestamp.not_utc"]);
    expect(rules("2026-03-01T12:00:00")).toEqual(["timestamp.no_offset"]);
    expect(rules("now")).toEqual(["timestamp.unparsable"]);
  });

  it("is a step inside the chunk, or inside the episode as far as that is known", () => {
    expect(places({ at_step: 7 })).toEqual([]);
    expect(places({ at_step: 8 })).toEqual(["timestamp.step_outside_chunk /at_step"]);
    const failure = { type: "failure", inference_id: undefined, episode_id: "ep", category: "stuck" };
    const found = (at_step: number, lastStep: number | null) =>
      findingsOfFeedback({ ...failure, at_step }, { lastStep }).map(({ rule }) => rule);
    expect([found(37, 30), found(38, 30), found(38, null)]).toEqual([
      [],
      ["timestamp.step_outside_episode"],
      [],
    ]);
  });

  it("quotes nothing of what somebody wrote: details travel into logs", () => {
    const findings = findingsOfFeedback({ comment: "Zebediah\u0007\u202e", occurred_at: "Zebediah" });
    expect(findings.length).toBe(3);
    expect(JSON.stringify(findings)).not.toContain("Zebediah");
  });
});
