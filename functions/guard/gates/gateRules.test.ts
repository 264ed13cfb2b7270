import { describe, expect, it } from "vitest";
import { readConfiguration } from "../../contracts/configuration.ts";
import { GATE_RULES, type RuleId } from "../../contracts/gates.ts";
import type { CameraImage, EncodedImage } from "../../contracts/observations.ts";
import { findRobot } from "../../contracts/robots.ts";
import { type AppendRequest, EntryQueue } from "../../keep/outbox/entryQueue.ts";
import { memorySql } from "../../keep/outbox/testLocalSql.ts";
import { sampleImage } from "../privacy/testImages.ts";
import type { ActInput, GateContext, GateLimits } from "./actInput.ts";
import { decodeImageField } from "./decodeImageField.ts";
import { duplicateFeedback } from "./duplicateFeedback.ts";
import { gateActInput } from "./gateActInput.ts";
import { type ActionToGate, type ActionVerdict, gateAction } from "./gateAction.ts";
import { type Continuation, gateContinuation, gateElapsed } from "./gateContinuation.ts";
import { rulesOfFeedback, sampleChunk } from "./testFeedback.ts";

const NOW = "2026-03-01T12:00:00.000Z";

const limits: GateLimits = readConfiguration({
  KEY_PEPPERS: `1:${"a".repeat(43)}`,
  SUBJECT_SECRET: "a".repeat(43),
  PENDING_SECRET: "a".repeat(43),
  SIGNING_SECRET: "a".repeat(43),
  DATABASE_URL: "postgres://nobody@nowhere/none",
  UPSTASH_REDIS_REST_URL: "http://localhost",
  UPSTASH_REDIS_REST_TOKEN: "none",
  RUNNER_URLS: "http://localhost",
});
const context: GateContext = { nowMs: Date.parse(NOW), limits };

const seen = (image: EncodedImage, camera = "primary"): CameraImage => ({
  camera,
  pointer: `/images/${camera}`,
  pixels: null,
  ...image,
});
const image = seen({ bytes: sampleImage("jpeg"), declaredType: "image/jpeg" });

/** A request in which no gate finds anything. */
const good: ActInput = {
  robotType: "franka",
  instruction: "pick up the red block",
  images: [image],
  state: [0, -0.5, 0, -2, 0, 1.6, 0.8, 1],
  actionSpace: "ee_delta",
  episodeId: "ep-1",
  step: 3,
  capturedAt: NOW,
  environment: "kitchen-2",
  inferenceDelaySteps: null,
  previousChunk: null,
};

const rulesOf = (change: Partial<ActInput>, others: Partial<GateContext> = {}): string[] =>
  gateActInput({ ...good, ...change }, { ...context, ...others }).map(({ rule }) => rule);

const says = (instruction: string) => rulesOf({ instruction });
const sees = (bytes: Uint8Array<ArrayBuffer>, declaredType: string | null = null) =>
  rulesOf({ images: [seen({ bytes, declaredType })] });

/** A PNG's signature and header of this size, and nothing else. */
function pngOf(widthPixels: number, heightPixels: number, nextChunk = "IDAT"): Uint8Array<ArrayBuffer> {
  const png = new Uint8Array(8 + 25 + 12);
  png.set(sampleImage("png").subarray(0, 33));
  const view = new DataView(png.buffer);
  view.setUint32(16, widthPixels);
  view.setUint32(20, heightPixels);
  png.set(new TextEncoder().encode(nextChunk), 37);
  return png;
}

function judge(change: Partial<ActionToGate>, robotName: string): ActionVerdict {
  const robot = findRobot(robotName);
  if (robot === null) throw new Error(robotName);
  const action: ActionToGate = {
    actions: [[0.01, 0, 0, 0, 0, 0, 1]],
    robot,
    actionSpace: "ee_delta",
    units: "metric",
    gripperConvention: "zero_closed_one_open",
    ...change,
  };
  return gateAction(action);
}

const acts = (change: Partial<ActionToGate>, robotName = "franka"): string[] =>
  judge(change, robotName)
    .checks.filter(({ passed }) => !passed)
    .map(({ rule }) => rule);

const warnsOf = (change: Partial<ActionToGate>): string[] =>
  judge(change, "franka").warnings.map(({ rule }) => rule);

const step = (...numbers: number[]) => Array.from({ length: 7 }, (_, axis) => numbers[axis] ?? 0);
const joints = (...numbers: number[]) => Array.from({ length: 8 }, (_, axis) => numbers[axis] ?? 0);
const repeat = (row: number[], times: number) => Array.from({ length: times }, () => row);

/** What is found of a request whose chunk, of eight steps at 15 Hz, has to go on from the last one. */
const continues = (change: Partial<Continuation>, maxAgeMs: number | null = null): string[] => {
  const chunk = { chunkSize: 8, dimension: 7, stepSeconds: 1 / 15, maxAgeMs };
  return gateContinuation({ ...good, ...change }, chunk, context).map(({ rule }) => rule);
};
const goesOn = { inferenceDelaySteps: 2, previousChunk: repeat(step(0.01), 3) };

/** The outbox's verdict on a second exchange like the first but for this. */
function appendsAgain(change: Partial<AppendRequest>): string[] {
  const queue = new EntryQueue(memorySql(), { maxEntries: 9, duplicateWindowMs: 1000 });
  const first = { id: "a", createdAtMs: 1, record: "{}", subjectRef: null, image: null };
  const request = { ...first, contentHash: "h1", episodeId: "e", step: 3 };
  return queue
    .append([request, { ...request, id: "b", ...change }], 1)
    .flatMap((result) => (result.kind === "duplicate" ? [result.rule] : []));
}

/**
 * What triggers each rule that a function finds by itself. What is found on the way to storage has a test named
 * for its rule beside the drain; tests/house/gateRules.test.ts misses none.
 */
const CASES: Partial<Record<RuleId, () => string[]>> = {
  "robot_type.missing": () => rulesOf({ robotType: null }),
  "robot_type.malformed": () => rulesOf({ robotType: "franka; drop table" }),
  "robot_type.not_listed": () => rulesOf({ robotType: "r2d2" }),
  "robot_type.unknown": () => rulesOf({ robotType: "unknown" }),
  "robot_type.mixed": () => rulesOf({ robotType: "mixed" }),
  "robot_type.custom_unregistered": () => rulesOf({ robotType: "custom:my-arm" }),
  "robot_type.mobile_base": () => rulesOf({ robotType: "jackal" }),
  "robot_type.action_space_unsupported": () =>
    rulesOf({ robotType: "hello_stretch", actionSpace: "joint_delta" }),
  "robot_type.environment_malformed": () => rulesOf({ environment: "My Kitchen" }),
  "robot_type.alias": () => rulesOf({ robotType: "franka_panda" }),

  "instruction.missing": () => rulesOf({ instruction: null }),
  "instruction.empty": () => says(" \n "),
  "instruction.too_long": () => says("pick it up ".repeat(60)),
  "instruction.lone_surrogate": () => says("pick up \ud83e"),
  "instruction.control_characters": () => says("pick up\u0000 the block"),
  "instruction.hidden_characters": () => says("pick up \u202ethe block"),
  "instruction.no_words": () => says("?!… 🤖"),
  "instruction.url_only": () => says("https://example.org/task"),
  "instruction.too_short": () => says("x"),
  "instruction.contains_url": () => says("do as https://example.org says"),
  "instruction.line_breaks": () => says("pick up\nthe block"),
  "instruction.repeated_characters": () => says("pick it uppppppppppp"),
  "instruction.repeated_words": () => says("go go go go left"),
  "instruction.prompt_template": () => says("<|im_start|>user pick it up"),
  "instruction.markup": () => says("pick up <b>it</b>"),
  "instruction.replacement_character": () => says("pick up the caf\ufffd cup"),
  "instruction.unfilled_template": () => says("pick up the {object}"),

  "timestamp.unparsable": () => rulesOf({ capturedAt: "yesterday" }),
  "timestamp.no_offset": () => rulesOf({ capturedAt: "2026-03-01T12:00:00" }),
  "timestamp.too_old": () => rulesOf({ capturedAt: "2026-03-01T11:59:29Z" }),
  "timestamp.ahead_of_clock": () => rulesOf({ capturedAt: "2026-03-01T12:00:03Z" }),
  "timestamp.step_without_episode": () => rulesOf({ episodeId: null }),
  "timestamp.step_out_of_range": () => rulesOf({ step: -1 }),
  "timestamp.episode_malformed": () => rulesOf({ episodeId: "an episode" }),
  "timestamp.whole_seconds": () => rulesOf({ capturedAt: "2026-03-01T12:00:00Z" }),
  "timestamp.not_utc": () => rulesOf({ capturedAt: "2026-03-01T13:00:00+01:00" }),

  "timestamp.stale_observation": () => continues({ capturedAt: "2026-03-01T11:59:57.466Z" }),
  "timestamp.age_without_capture": () => continues({ capturedAt: null }, 300),
  "timestamp.delay_out_of_range": () => continues({ inferenceDelaySteps: 8 }),
  "timestamp.chunk_elapsed": () =>
    gateElapsed(
      { ...good, capturedAt: "2026-03-01T11:59:59.466Z" },
      { chunkSize: 8, stepSeconds: 1 / 15 },
      context.nowMs,
    ).map(({ rule }) => rule),

  "timestamp.before_record": () => rulesOfFeedback({ occurred_at: "2026-03-01T11:59:59.999Z" }),
  "timestamp.step_outside_chunk": () =>
    rulesOfFeedback({ type: "intervention", at_step: 8, actions: sampleChunk }),
  "timestamp.step_outside_episode": () =>
    rulesOfFeedback({
      type: "failure",
      inference_id: undefined,
      episode_id: "e",
      category: "stuck",
      at_step: 38,
    }),
  "timestamp.steps_before_last": () =>
    rulesOfFeedback({ type: "episode_outcome", episode_id: "e", success: true, steps: 29 }),

  "text.empty": () => rulesOfFeedback({ comment: " \n" }),
  "text.too_long": () => rulesOfFeedback({ comment: "long ".repeat(5000) }),
  "text.lone_surrogate": () => rulesOfFeedback({ comment: "so \ud83e" }),
  "text.control_characters": () => rulesOfFeedback({ type: "edit", before: 1, after: { "\u0000": 1 } }),
  "text.hidden_characters": () => rulesOfFeedback({ type: "edit", before: "a", after: ["a\u202eb"] }),

  // What the unique index of feedback finds: functions/keep/feedback has the test.
  "duplicate.feedback": () => [duplicateFeedback("fb_1").rule],

  "image.missing": () => rulesOf({ images: [] }),
  "image.not_base64": () =>
    rulesOf({ images: [image, seen(decodeImageField("data:image/png;base64,&&&"), "wrist")] }),
  "image.unsupported_format": () => sees(new TextEncoder().encode("GIF89a……………………")),
  "image.truncated_header": () => sees(sampleImage("jpeg").slice(0, 40)),
  "image.truncated_file": () => sees(sampleImage("jpeg").slice(0, -2)),
  "image.too_many_bytes": () => sees(new Uint8Array(limits.IMAGE_MAX_BYTES + 1)),
  "image.too_small": () => sees(pngOf(15, 15)),
  "image.too_large": () => sees(pngOf(4097, 4097)),
  "image.animated": () => sees(sampleImage("animatedWebp")),
  "image.type_mismatch": () => sees(sampleImage("png"), "image/jpeg"),
  "image.extreme_aspect": () => sees(pngOf(200, 40)),
  "image.camera_not_kept": () => {
    const room = { ...limits, RECORD_IMAGES_MAX_BYTES: sampleImage("jpeg").length };
    return rulesOf({ images: [image, seen(image, "wrist")] }, { limits: room });
  },

  "state.not_finite": () => rulesOf({ state: [0, 0, 0, 0, 0, 0, Number.NaN, 0] }),
  "state.too_long": () => rulesOf({ state: Array.from({ length: 257 }, () => 0) }),
  "state.wrong_dimension": () => rulesOf({ state: [1, 2, 3] }),
  "state.all_zero": () => rulesOf({ state: [0, 0, 0, 0, 0, 0, 0, 0] }),
  "state.needed_for_absolute": () => rulesOf({ actionSpace: "joint_abs", state: null }),

  "left_over.not_finite": () => continues({ ...goesOn, previousChunk: repeat(step(Number.NaN), 3) }),
  "left_over.wrong_dimension": () => continues({ ...goesOn, previousChunk: repeat(joints(), 3) }),
  "left_over.too_short": () => continues({ ...goesOn, inferenceDelaySteps: 4 }),

  "action.shape": () => acts({ actions: [[0, 0, 0]] }),
  "action.finite": () => acts({ actions: [step(Number.NaN)] }),
  "action.normalized": () => acts({ units: "normalized", actions: [step(1.01)] }),
  "action.gripper": () => acts({ actions: [[0, 0, 0, 0, 0, 0, -0.5]] }),
  "action.position": () => acts({ actions: [step(0.034)] }),
  "action.rotation": () => acts({ actions: [step(0, 0, 0, 0.17)] }),
  "action.joint": () => acts({ actionSpace: "joint_delta", actions: [joints(0.14)] }),
  "action.position_jump": () => acts({ actions: [step(0.03), step(-0.03)] }),
  "action.rotation_jump": () => acts({ actions: [step(0, 0, 0, 0.15), step(0, 0, 0, -0.15)] }),
  "action.joint_jump": () => acts({ actionSpace: "joint_delta", actions: [joints(0.1), joints(-0.1)] }),
  "action.position_travel": () => acts({ actions: repeat(step(0.03), 30) }),
  "action.rotation_travel": () => acts({ actions: repeat(step(0, 0, 0, 0.16), 20) }),
  "action.joint_travel": () => acts({ actionSpace: "joint_delta", actions: repeat(joints(0.13), 25) }),
  "action.seam_jump": () =>
    acts({ actions: repeat(step(0.02), 3), seam: { leftOver: [step(), step(-0.02)], delaySteps: 2 } }),
  "action.start_unknown": () => acts({ actionSpace: "ee_abs" }),
  "action.space_unsupported": () => acts({ actionSpace: "joint_abs" }, "hello_stretch"),
  "action.idle": () => warnsOf({ actions: repeat(step(), 8) }),
  "action.gripper_chatter": () =>
    warnsOf({ actions: [1, 0, 1, 0].map((gripper) => step(0.01, 0, 0, 0, 0, 0, gripper)) }),
  "duplicate.content": () => appendsAgain({ step: 4 }),
  "duplicate.episode_step": () => appendsAgain({ contentHash: "h2" }),
  "safety_score.too_low": () => acts({ actions: [step(0.03)], minimumScore: 0.5 }),
};

describe("the registry of validators", () => {
  it("finds nothing in a good request, so that each case below shows its own rule", () => {
    expect([...rulesOf({}), ...continues({}), ...continues(goesOn)]).toEqual([]);
    expect([...acts({}), ...warnsOf({})]).toEqual([]);
    expect(rulesOfFeedback({})).toEqual([]);
    expect(appendsAgain({ contentHash: "h2", step: 4 })).toEqual([]);
  });

  it.each(Object.entries(CASES))("%s is found where it applies", (rule, run) => {
    expect(run?.()).toContain(rule);
  });

  it("has at least 37 rules, each named for its subject and with a fix", () => {
    const rules = Object.entries(GATE_RULES);
    expect(rules.length).toBeGreaterThanOrEqual(37);
    for (const [id, { summary, fix }] of rules) {
      expect(id).toMatch(
        /^(robot_type|instruction|timestamp|text|duplicate|image|state|left_over|action|safety_score)\.[a-z0-9_]+$/,
      );
      expect(summary.length * fix.length).toBeGreaterThan(0);
    }
  });
});

describe("gateActInput", () => {
  it("reports everything that is wrong, not only the first", () => {
    expect(rulesOf({ robotType: "mixed", instruction: "", images: [], step: -1 })).toEqual([
      "robot_type.mixed",
      "instruction.empty",
      "timestamp.step_out_of_range",
      "image.missing",
    ]);
  });

  it("never repeats the caller's text: details travel into logs", () => {
    const secret = "Zebediah Quux";
    const findings = gateActInput(
      { ...good, instruction: `${secret}\u0000`, environment: secret, episodeId: secret, robotType: secret },
      context,
    );
    expect(findings.length).toBeGreaterThan(3);
    expect(JSON.stringify(findings)).not.toContain("Zebediah");
  });

  it("reads an offset as the moment that it names", () => {
    expect(rulesOf({ capturedAt: "2026-03-01T17:30:00.123456789+05:30" })).toEqual(["timestamp.not_utc"]);
    expect(rulesOf({ capturedAt: "2026-03-01T12:00:00+05:30" })).toContain("timestamp.too_old");
  });

  it("stands exactly on the limits of age and clock", () => {
    expect(rulesOf({ capturedAt: "2026-03-01T11:59:30.000Z" })).toEqual([]);
    expect(rulesOf({ capturedAt: "2026-03-01T12:00:02.000Z" })).toEqual([]);
  });

  it("stands exactly on the age at which an observation is stale: its chunk's, and what clocks may differ", () => {
    expect(continues({ capturedAt: "2026-03-01T11:59:57.467Z" })).toEqual([]);
    expect(continues({ capturedAt: "2026-03-01T11:59:59.700Z" }, 300)).toEqual([]);
    expect(continues({ capturedAt: "2026-03-01T11:59:59.699Z" }, 300)).toEqual([
      "timestamp.stale_observation",
    ]);
  });

  it.each([-1, 0.5, Number.NaN, 8, 1e9])("takes no delay of %s steps for a chunk of 8", (steps) => {
    expect(continues({ inferenceDelaySteps: steps })).toContain("timestamp.delay_out_of_range");
  });

  it.each([
    "2026-02-30T00:00:00Z",
    "2026-03-01T24:00:00Z",
    "2026-03-01T12:00:60Z",
    "2026-03-01T12:00:00+24:00",
  ])("bends no date that does not exist: %s", (capturedAt) => {
    expect(rulesOf({ capturedAt })).toEqual(["timestamp.unparsable"]);
  });

  it.each([
    "pick up the block in the box: out of the way",
    "Ω ставь кубик сюда",
    "把红色方块放进盒子",
    "put 3 cups in 2 rows",
  ])("lets plain instructions pass: %s", (instruction) => {
    expect(says(instruction)).toEqual([]);
  });

  it.each(["todo", "N/A", "move the {color_1} block", "pick up {{ object }}", "[object Object]", "null"])(
    "knows a placeholder that nobody filled: %s",
    (instruction) => {
      expect(says(instruction)).toContain("instruction.unfilled_template");
    },
  );

  it.each(["png", "jpeg", "lossyWebp", "alphaWebp"] as const)(
    "knows a whole %s from every shorter part of it",
    (format) => {
      const whole = sampleImage(format);
      expect(sees(whole)).toEqual([]);
      for (let length = 0; length < whole.length; length += 1) {
        const rules = sees(whole.slice(0, length)).filter((rule) =>
          /truncated|unsupported_format/.test(rule),
        );
        expect(rules, `${length} of ${whole.length} bytes`).toHaveLength(1);
      }
      // Cameras pad what they send.
      expect(sees(new Uint8Array([...whole, 0, 0, 0, 0]))).toEqual([]);
    },
  );

  it("counts an instruction in characters, not in UTF-16 halves", () => {
    expect(says(`put ${"🟥".repeat(5)} ${"𝒜b".repeat(240)}`)).not.toContain("instruction.too_long");
  });
});
