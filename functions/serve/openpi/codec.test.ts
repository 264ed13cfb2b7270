import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packFrame, unpackFrame, type WireValue } from "./msgpack.ts";
import { numbersOf, readValue, writeArray, writeChunk, writeNumbers } from "./ndarray.ts";
import { readFrame } from "./readFrame.ts";
import { readObservation } from "./readObservation.ts";

/** A value as it is after a way over the wire. */
function travelled(value: WireValue): unknown {
  const unpacked = unpackFrame(packFrame(value));
  if (!unpacked.ok) throw new Error("our own frame could not be read");
  return unpacked.value;
}

const observe = (observation: { readonly [key: string]: WireValue }) => {
  const frame = readFrame(packFrame(observation));
  if (!frame.ok || frame.value.kind !== "observation") throw new Error("no observation");
  return readObservation(frame.value.members);
};

const seen = (observation: { readonly [key: string]: WireValue }) => {
  const read = observe(observation);
  if (!read.ok) throw new Error(JSON.stringify(read.failure));
  return read.value;
};

const pictureOf = (bytes: readonly number[], shape: readonly number[], dtype = "|u1") =>
  writeArray(Uint8Array.from(bytes), dtype, shape);

const ITEMS: readonly [dtype: string, make: (numbers: number[]) => ArrayBufferView, integers: boolean][] = [
  ["|u1", (numbers) => Uint8Array.from(numbers), true],
  ["|i1", (numbers) => Int8Array.from(numbers), true],
  ["<u2", (numbers) => Uint16Array.from(numbers), true],
  ["<i2", (numbers) => Int16Array.from(numbers), true],
  ["<u4", (numbers) => Uint32Array.from(numbers), true],
  ["<i4", (numbers) => Int32Array.from(numbers), true],
  ["<u8", (numbers) => BigUint64Array.from(numbers.map(BigInt)), true],
  ["<i8", (numbers) => BigInt64Array.from(numbers.map(BigInt)), true],
  ["<f4", (numbers) => Float32Array.from(numbers), false],
  ["<f8", (numbers) => Float64Array.from(numbers), false],
];

describe("arrays", () => {
  test.each(ITEMS)("of %s come back as the numbers that went out", (dtype, make, integers) => {
    const number = integers ? fc.integer({ min: 0, max: 127 }) : fc.double({ noNaN: true }).map(Math.fround);
    fc.assert(
      fc.property(fc.array(number), (numbers) => {
        const view = make(numbers);
        const data = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
        const read = readValue(travelled(writeArray(data, dtype, [numbers.length])));
        expect(read.ok && read.value.kind === "array" && numbersOf(read.value.array)).toEqual(numbers);
      }),
    );
  });

  test("of half precision and of big-endian numbers are read as numpy wrote them", () => {
    const halves = Uint8Array.from([0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x7c]);
    const read = readValue(travelled(writeArray(halves, "<f2", [5])));
    expect(read.ok && read.value.kind === "array" && numbersOf(read.value.array)).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      Number.POSITIVE_INFINITY,
    ]);
    const big = readValue(travelled(writeArray(Uint8Array.from([0, 0, 1, 0]), ">i4", [1])));
    expect(big.ok && big.value.kind === "array" && numbersOf(big.value.array)).toEqual([256]);
  });

  test.each(["|O", "|V8", "<c8", "<U4", "<f3", "f4", "|f4", "", 7])("of %s are refused", (dtype) => {
    const array = new Map<Uint8Array, WireValue>([
      ...writeArray(new Uint8Array(8), "<f4", [2]),
      [Buffer.from("dtype"), dtype],
    ]);
    const members = travelled(array);
    expect(readValue(members).ok).toBe(false);
  });

  test.each([[[3]], [[-2]], [[2.5]], [[2 ** 31, 2 ** 31]], [Array.from({ length: 9 }, () => 1)]])(
    "whose data does not fill the shape %j are refused",
    (shape) => {
      expect(readValue(travelled(writeArray(new Uint8Array(8), "<f4", shape))).ok).toBe(false);
    },
  );

  test("have binary keys, which alone Python's unpacker looks for", () => {
    const keys = [...(travelled(writeChunk([[1, 2]])) as Map<unknown, unknown>).keys()];
    expect(keys.every((key) => key instanceof Uint8Array)).toBe(true);
  });
});

describe("frames", () => {
  test("no bytes whatsoever make the reader throw", () => {
    const mutated = fc.tuple(fc.nat(), fc.nat({ max: 255 })).map(([at, byte]) => {
      const frame = Uint8Array.from(packFrame(DROID));
      frame[at % frame.length] = byte;
      return frame;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
        const frame = readFrame(bytes);
        if (frame.ok && frame.value.kind === "observation") readObservation(frame.value.members);
      }),
      { numRuns: 2000 },
    );
  });

  test("what a broken frame leaves behind does not meet the next", () => {
    readFrame(packFrame(DROID).subarray(0, 40));
    expect(seen(DROID).instruction).toBe("pick up the block");
  });

  test.each([
    ["two values", Uint8Array.from([0x80, 0x80])],
    ["no map", packFrame([1, 2])],
    ["nothing", new Uint8Array(0)],
    ["a map that ends early", packFrame({ prompt: "pick" }).subarray(0, 6)],
  ])("of %s are refused", (_, bytes) => {
    expect(readFrame(bytes).ok).toBe(false);
  });

  test("episode control is told apart from observations", () => {
    const control = (value: string) => {
      const frame = readFrame(packFrame({ __ctrl__: value, __episode_id__: 7, __success__: true }));
      return frame.ok && frame.value;
    };
    expect(control("episode_start")).toEqual({ kind: "episode_start", number: 7 });
    expect(control("episode_end")).toEqual({ kind: "episode_end" });
    expect(control("dance")).toEqual({ kind: "unknown_control" });
  });
});

const RED_GREEN = [255, 0, 0, 0, 255, 0];
const DROID = {
  "observation/wrist_image_left": pictureOf([1, 2, 3, 4, 5, 6], [1, 2, 3]),
  "observation/exterior_image_1_left": pictureOf(RED_GREEN, [1, 2, 3]),
  "observation/joint_position": writeNumbers([1, 2, 3, 4, 5, 6, 7], [7]),
  "observation/gripper_position": writeNumbers([0.5], [1]),
  prompt: "pick up the block",
};

describe("observations", () => {
  test("of DROID: the exterior camera is primary, joints and gripper are the state", () => {
    const { images, state, instruction } = seen(DROID);
    expect(images.map(({ camera }) => camera)).toEqual([
      "observation/exterior_image_1_left",
      "observation/wrist_image_left",
    ]);
    expect(images[0]?.pixels?.rgb).toEqual(Uint8Array.from(RED_GREEN));
    expect(images[0]?.pixels).toMatchObject({ widthPixels: 2, heightPixels: 1 });
    expect(state).toEqual([1, 2, 3, 4, 5, 6, 7, 0.5]);
    expect(instruction).toBe("pick up the block");
  });

  test("of LIBERO: the scene is primary, whatever came first", () => {
    const { images, state } = seen({
      "observation/wrist_image": pictureOf(RED_GREEN, [1, 2, 3]),
      "observation/image": pictureOf(RED_GREEN, [2, 1, 3]),
      "observation/state": writeNumbers([1, 2, 3, 4, 5, 6, 7, 8], [8]),
      prompt: "pick",
    });
    expect(images[0]).toMatchObject({
      camera: "observation/image",
      pixels: { widthPixels: 1, heightPixels: 2 },
    });
    expect(state).toHaveLength(8);
  });

  test("of ALOHA: channels come first, cameras lie in `images`, and no prompt is none", () => {
    const { images, instruction } = seen({
      state: writeNumbers([1, 2], [2]),
      images: {
        cam_low: pictureOf(RED_GREEN, [3, 1, 2]),
        cam_high: pictureOf([255, 0, 0, 255, 0, 0], [3, 1, 2]),
      },
    });
    expect(images.map(({ camera }) => camera)).toEqual(["cam_high", "cam_low"]);
    expect(images[0]?.pixels?.rgb).toEqual(Uint8Array.from(RED_GREEN));
    expect(instruction).toBeNull();
  });

  test("floats from 0 to 1 are pictures as openpi's servers take them, others are refused", () => {
    const floats = (numbers: readonly number[]) => ({
      view: writeNumbers(numbers, [1, 1, 3]),
      prompt: "pick",
    });
    expect(seen(floats([1, 0.5, 0])).images[0]?.pixels?.rgb).toEqual(Uint8Array.from([255, 127, 0]));
    expect(observe(floats([255, 0, 0])).ok).toBe(false);
    expect(observe(floats([Number.NaN, 0, 0])).ok).toBe(false);
  });

  test("a numpy scalar is its value, and our own words are read", () => {
    const scalar = new Map<Uint8Array, WireValue>([
      [Buffer.from("__npgeneric__"), true],
      [Buffer.from("data"), 4],
      [Buffer.from("dtype"), "<i8"],
    ]);
    const read = seen({
      ...DROID,
      "headgate/step": scalar,
      "headgate/inference_delay": 2,
      "headgate/prev_chunk_left_over": writeChunk([
        [1, 2],
        [3, 4],
      ]),
      "headgate/captured_at": "2026-11-21T12:00:00Z",
    });
    expect(read).toMatchObject({
      step: 4,
      inferenceDelaySteps: 2,
      capturedAt: "2026-11-21T12:00:00Z",
      previousChunk: [
        [1, 2],
        [3, 4],
      ],
    });
  });

  test.each([
    ["/headgate~1stepp", { "headgate/stepp": 1 }],
    ["/headgate~1step", { "headgate/step": -1 }],
    ["/headgate~1prev_chunk_left_over", { "headgate/prev_chunk_left_over": [1] }],
    ["/prompt", { prompt: 7 }],
    ["/prompt", { prompt: "a\u0000b" }],
    ["/observation~1state", { "observation/state": "high" }],
    ["/my view", { "my view": pictureOf(RED_GREEN, [1, 2, 3]) }],
    ["/view", { view: pictureOf([], [0, 0, 3]) }],
  ])("what is wrong is pointed at: %s", (pointer, changes: { readonly [key: string]: WireValue }) => {
    const read = observe({ ...DROID, ...changes });
    expect(read.ok ? [] : read.failure.map((each) => each.pointer)).toEqual([pointer]);
  });
});
