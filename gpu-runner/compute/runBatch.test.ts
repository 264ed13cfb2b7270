import sharp from "sharp";
import { expect, it } from "vitest";
import { bytesTensor, floatsOf, loadModel } from "../testing/testModel.ts";
import { runBatch } from "./runBatch.ts";

const MAX_PIXELS = 10_000;

it("gives each request of a batch its own rows, the same that it gets alone", async () => {
  const model = await loadModel("lexical-384");
  const requests = [["red"], ["blue block", "a longer text"], ["green"]].map((texts) => ({
    text: bytesTensor(...texts),
  }));
  const together = await runBatch(model, requests, MAX_PIXELS);
  for (const [index, request] of requests.entries()) {
    const [alone] = await runBatch(model, [request], MAX_PIXELS);
    const own = together[index];
    if (!alone?.ok || !own?.ok) throw new Error("refused");
    expect(own.value.embedding?.shape).toEqual(alone.value.embedding?.shape);
    const expected = floatsOf(alone.value.embedding);
    floatsOf(own.value.embedding).forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 5);
    });
  }
});

it("refuses a request of a batch by itself: its neighbors are served", async () => {
  const model = await loadModel("visual-512");
  const picture = async (background: string) => ({
    image: bytesTensor(
      new Uint8Array(
        await sharp({ create: { width: 32, height: 32, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    ),
  });
  const red = await picture("red");
  const blue = await picture("blue");
  const batch = [red, { image: bytesTensor("no picture") }, blue];
  const [first, second, third] = await runBatch(model, batch, MAX_PIXELS);
  expect(second).toMatchObject({ ok: false, failure: { status: 400 } });
  const [alone] = await runBatch(model, [blue], MAX_PIXELS);
  if (!first?.ok || !third?.ok || !alone?.ok) throw new Error("refused");
  expect(floatsOf(third.value.embedding)[0]).toBeCloseTo(floatsOf(alone.value.embedding)[0] ?? 0, 5);
  expect(floatsOf(third.value.embedding)).not.toEqual(floatsOf(first.value.embedding));
});
