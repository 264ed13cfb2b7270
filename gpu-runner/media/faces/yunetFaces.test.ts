import { expect, it } from "vitest";
import type { NamedTensors } from "../../protocol/datatypes.ts";
import { layView } from "./views.ts";
import { YUNET_FACES } from "./yunetFaces.ts";

const SIDE_PX = 640;
const floats = (numbers: Float32Array<ArrayBuffer>): NamedTensors[string] => ({
  datatype: "FP32",
  shape: [1, numbers.length],
  bytes: new Uint8Array(numbers.buffer),
});

/** What the network answers where it sees nothing but what `write` puts there. */
function answer(write: (outputs: Record<string, Float32Array<ArrayBuffer>>) => void): NamedTensors {
  const outputs: Record<string, Float32Array<ArrayBuffer>> = {};
  for (const stride of [8, 16, 32]) {
    const cells = (SIDE_PX / stride) ** 2;
    outputs[`cls_${stride}`] = new Float32Array(cells);
    outputs[`obj_${stride}`] = new Float32Array(cells);
    outputs[`bbox_${stride}`] = new Float32Array(4 * cells);
  }
  write(outputs);
  return Object.fromEntries(Object.entries(outputs).map(([name, numbers]) => [name, floats(numbers)]));
}

const picture = { widthPx: 1280, heightPx: 720, format: "png", asEncoded: true } as const;

it("reads a face where a cell reports one: centered in the cell, its sides e to the power of what it says", async () => {
  const [spec] = YUNET_FACES.views(picture);
  if (spec === undefined) throw new Error("there is no view");
  expect(spec).toEqual({ scale: 0.5, widthPx: SIDE_PX, heightPx: SIDE_PX });
  const outputs = answer(({ cls_16, obj_16, bbox_16 }) => {
    const cell = 5 * 40 + 7;
    cls_16?.set([0.9], cell);
    obj_16?.set([0.4], cell);
    bbox_16?.set([0.5, 0.25, Math.log(3), Math.log(4)], 4 * cell);
    // Class without object: no face.
    cls_16?.set([1], cell + 3);
  });
  const found = YUNET_FACES.read(outputs, { ...spec, pixels: new Uint8Array() });
  expect(found).toMatchObject({ ok: true, value: [expect.anything()] });
  const [face] = found.ok ? found.value : [];
  expect(face?.score).toBeCloseTo(0.6);
  expect(
    [face?.leftPx, face?.topPx, face?.widthPx, face?.heightPx].map((one) => Math.round(one ?? 0)),
  ).toEqual([7.5 * 16 - 24, 5.25 * 16 - 32, 48, 64]);
});

it("shows it blue, green and red planes, the picture in the corner and black beside it", async () => {
  const pixels = new Uint8Array(4 * 2 * 3).map((_, index) => [200, 100, 50][index % 3] ?? 0);
  const [spec] = YUNET_FACES.views({ widthPx: 4, heightPx: 2 });
  if (spec === undefined) throw new Error("there is no view");
  const small = { ...picture, widthPx: 4, heightPx: 2, pixels };
  const { input } = YUNET_FACES.inputs(await layView(small, spec));
  if (input === undefined || !("bytes" in input)) throw new Error("there is no input");
  const planes = new Float32Array(input.bytes.buffer);
  const size = SIDE_PX * SIDE_PX;
  expect([planes[0], planes[size], planes[2 * size]]).toEqual([50, 100, 200]);
  expect([planes[size - 1], planes[2 * size - 1], planes[3 * size - 1]]).toEqual([0, 0, 0]);
});

it("fails, and finds nothing, where the model answers something else", () => {
  const view = { scale: 1, widthPx: SIDE_PX, heightPx: SIDE_PX, pixels: new Uint8Array() };
  for (const outputs of [{}, { ...answer(() => undefined), bbox_32: floats(new Float32Array(3)) }])
    expect(YUNET_FACES.read(outputs, view)).toMatchObject({
      ok: false,
      failure: { status: 500, category: "model" },
    });
});
