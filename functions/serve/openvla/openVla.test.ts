import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numpyArray, numpyNumbers, numpyPicture, numpyRow } from "../../../tests/support/jsonNumpy.ts";
import { MODELS } from "../../contracts/models.ts";
import { answerOpenVla, readOpenVlaCall } from "./actOpenVla.ts";
import { readOpenVla } from "./readOpenVla.ts";
import { openVlaQuerySchema } from "./schema.ts";

const limits = { IMAGE_MAX_BYTES: 100_000 };
const image = numpyPicture(16, 24);
const good = { image, instruction: "move to the red block" };
const oft = {
  full_image: numpyPicture(),
  left_wrist_image: numpyPicture(20, 20),
  right_wrist_image: numpyPicture(20, 20),
  state: numpyNumbers(0.1, -0.2, 0.3),
  instruction: "open the drawer",
};

function read(body: unknown) {
  const outcome = readOpenVla(body, limits);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}

/** The problem's code, and the first place that it points at. */
function refused(body: unknown): [string, string | undefined] {
  const outcome = readOpenVla(body, limits);
  return outcome.ok ? ["none", undefined] : [outcome.failure.code, outcome.failure.errors?.[0]?.pointer];
}

describe("readOpenVla", () => {
  it("reads the picture that the robot saw: pixel for pixel, rows from the top", () => {
    const { images, form, unnormKey, state } = read({ ...good, unnorm_key: null, surplus: 1 });
    expect([form, unnormKey, state]).toEqual([{ encoded: false, chunk: false }, null, null]);
    expect(images[0]?.pixels).toMatchObject({ heightPixels: 16, widthPixels: 24 });
    expect(Buffer.from(images[0]?.pixels?.rgb ?? []).toString("base64")).toBe(image.__numpy__);
  });

  it("reads the same out of a text, and remembers to answer in one", () => {
    const { form, ...plain } = read(good);
    expect(read({ encoded: JSON.stringify(good) })).toEqual({ ...plain, form: { ...form, encoded: true } });
  });

  it("reads a whole observation of OpenVLA-OFT: its cameras, the full one first, and its state", () => {
    const { right_wrist_image, left_wrist_image, ...rest } = oft;
    const { images, state, form } = read({ right_wrist_image, left_wrist_image, ...rest });
    expect(form).toEqual({ encoded: false, chunk: true });
    expect(images.map(({ camera }) => camera)).toEqual(["primary", "right_wrist_image", "left_wrist_image"]);
    expect(state).toEqual([0.1, -0.2, 0.3]);
    expect(read({ ...oft, state: [1, 2] }).state).toEqual([1, 2]);
    const float32 = numpyArray(Buffer.from(Float32Array.of(0.5, -2).buffer), "float32", [1, 2]);
    expect(read({ ...oft, state: float32 }).state).toEqual([0.5, -2]);
  });

  it.each([
    ["no object", [good], "invalid_request", ""],
    ["no picture", { instruction: "x" }, "invalid_request", "/image"],
    ["no instruction", { image }, "invalid_request", "/instruction"],
    ["a PNG in the place of an array", { ...good, image: "iVBORw0" }, "invalid_request", "/image"],
    ["floats", { ...good, image: { ...image, dtype: "<f4" } }, "invalid_request", "/image"],
    ["gray", { ...good, image: { ...image, shape: [16, 72] } }, "invalid_request", "/image"],
    ["four channels", { ...good, image: { ...image, shape: [16, 18, 4] } }, "invalid_request", "/image"],
    ["another shape", { ...good, image: { ...image, shape: [16, 25, 3] } }, "invalid_request", "/image"],
    ["no base64", { ...good, image: { ...image, __numpy__: "@" } }, "gate_image", "/image"],
    ["too large", { ...good, image: { ...image, shape: [1e4, 1e4, 3] } }, "gate_image", "/image"],
    ["huge", { ...good, image: { ...image, shape: [9e15, 9e15, 3] } }, "gate_image", "/image"],
    ["a bad wrist", { ...oft, wrist: 1 }, "invalid_request", "/wrist"],
    ["a state of text", { ...oft, state: "0" }, "invalid_request", "/state"],
    ["a state of objects", { ...oft, state: { ...oft.state, dtype: "|O8" } }, "invalid_request", "/state"],
    ["more beside a text", { encoded: "{}", image }, "invalid_request", ""],
    ["a text that is no JSON", { encoded: "{" }, "malformed_json", "/encoded"],
    ["a text within a text", { encoded: JSON.stringify({ encoded: "{}" }) }, "invalid_request", "/image"],
  ])("refuses %s, and points at it", (_, body, code, pointer) => {
    expect(refused(body)).toEqual([code, pointer]);
  });

  it("refuses or reads whatever comes, and never throws", () => {
    const array = fc.record({
      __numpy__: fc.oneof(fc.base64String(), fc.string()),
      dtype: fc.constantFrom("|u1", "<f8", ">f4", "|b1", "<c16", "|O", "", "<u99"),
      shape: fc.array(fc.oneof(fc.nat(9), fc.integer(), fc.double()), { maxLength: 9 }),
    });
    const anything = fc.oneof(array, fc.jsonValue(), fc.constant(image));
    const names = fc.constantFrom("image", "full_image", "wrist", "state", "instruction", "unnorm_key");
    const body = fc.dictionary(fc.oneof(names, fc.string()), anything, { maxKeys: 8 });
    const encoded = fc.record({
      encoded: fc.oneof(
        fc.string(),
        body.map((value) => JSON.stringify(value)),
      ),
    });
    fc.assert(
      fc.property(fc.oneof(body, encoded, fc.jsonValue()), (value) => {
        const outcome = readOpenVla(value, limits);
        if (!outcome.ok) expect(outcome.failure.errors?.length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("readOpenVlaCall", () => {
  const policies = MODELS.filter((model) => model.kind === "policy");
  const call = (body: unknown, query: Record<string, string> = {}) =>
    readOpenVlaCall(read(body), {
      query: openVlaQuerySchema.parse(query),
      defaults: { robotType: "widowx" },
      fallbackModel: "visual-servo",
      policies,
    });

  it("takes from the key's defaults what the protocol cannot say, and the address goes before them", () => {
    const byDefault = call(good);
    expect(byDefault.ok && byDefault.value.input.robotType).toBe("widowx");
    const asked = call(good, { robot_type: "franka", episode_id: "e1", deadline_ms: "300" });
    expect(asked.ok && asked.value).toMatchObject({
      source: "openvla",
      input: { robotType: "franka", episodeId: "e1" },
      options: { deadlineMs: 300, dryRun: false },
    });
  });

  it("refuses the statistics of another model, and says which are the policy's own", () => {
    expect(call({ ...good, unnorm_key: "metric" }).ok).toBe(true);
    const refusal = call({ ...good, unnorm_key: "bridge_orig" });
    expect(!refusal.ok && refusal.failure.errors).toMatchObject([
      { pointer: "/unnorm_key", detail: expect.stringContaining("`metric`") },
    ]);
  });
});

describe("answerOpenVla", () => {
  const actions = [
    [0.1, -0, 5e-324],
    [1, 2, 1e308],
  ];
  const answer = (encoded: boolean, chunk: boolean): unknown =>
    JSON.parse(JSON.stringify(answerOpenVla({ encoded, chunk }, { action: actions[0] ?? [], actions })));

  it("answers the bare array, the list of a chunk, or that in a text, as Python reads them", () => {
    expect(numpyRow(answer(false, false))).toEqual(actions[0]);
    const chunk = answer(false, true);
    expect(Array.isArray(chunk) && chunk.map(numpyRow)).toEqual(actions);
    const text = answer(true, true);
    expect(typeof text === "string" && JSON.parse(text)).toEqual(chunk);
  });
});
