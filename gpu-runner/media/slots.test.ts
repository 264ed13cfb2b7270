import { expect, it } from "vitest";
import { done } from "../protocol/outcome.ts";
import { Slots } from "./slots.ts";

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function work() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { end: resolve, run: (thing: string) => promise.then(() => done(thing)) };
}

it("lends each thing to one at a time, in the order of asking", async () => {
  const slots = new Slots(["a"], 2);
  const [first, second, third] = [work(), work(), work()];
  const order: string[] = [];
  const uses = [first, second, third].map(async ({ run }, index) => {
    await slots.use(never, run);
    order.push(String(index));
  });
  for (const { end } of [third, second, first]) end();
  await Promise.all(uses);
  expect(order).toEqual(["0", "1", "2"]);
});

it("refuses whoever comes when too many wait, and lends again afterwards", async () => {
  const slots = new Slots(["a"], 1);
  const [first, second] = [work(), work()];
  const uses = [slots.use(never, first.run), slots.use(never, second.run)];
  expect(await slots.use(never, second.run)).toMatchObject({
    ok: false,
    failure: { status: 503, retry: true },
  });
  first.end();
  second.end();
  expect(await Promise.all(uses)).toEqual([done("a"), done("a")]);
  expect(await slots.use(never, second.run)).toEqual(done("a"));
});

it("lets whoever goes away leave the line, and calls those behind", async () => {
  const slots = new Slots(["a"], 3);
  const [first, last] = [work(), work()];
  const leaver = new AbortController();
  const using = slots.use(never, first.run);
  const left = slots.use(leaver.signal, last.run);
  const behind = slots.use(never, last.run);
  leaver.abort();
  expect(await left).toMatchObject({ ok: false, failure: { status: 503 } });
  first.end();
  last.end();
  expect(await Promise.all([using, behind])).toEqual([done("a"), done("a")]);
  expect(await slots.use(leaver.signal, last.run)).toMatchObject({ ok: false });
});

it("takes a thing back from work that throws", async () => {
  const slots = new Slots(["a"], 1);
  await expect(slots.use(never, () => Promise.reject(new Error("a bug")))).rejects.toThrow("a bug");
  expect(await slots.use(never, async (thing) => done(thing))).toEqual(done("a"));
});
