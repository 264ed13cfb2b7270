import { beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { image, openPolicyWorld, ROW } from "./testPolicyWorld.ts";

let world: ReturnType<typeof openPolicyWorld>;
beforeEach(() => {
  world = openPolicyWorld();
});

it.each([
  ["openpi", "pixels-contain-224"],
  ["openvla", "pixels-fill-224"],
])("has encoded pictures decoded by the runner, in one call, for %s by %s", async (protocol, model) => {
  world.servers.fakes.set("first", { kind: "answers", rows: [ROW] });
  const [primary, wrist, top] = ["primary", "wrist", "top"].map((camera) => image(camera));
  if (!primary || !wrist || !top) throw new Error("There are three.");
  const images = [primary, { ...wrist, pixels: null }, { ...top, pixels: null }];
  const cameras = { primary: "image", wrist: "wrist_image", top: "top_image" };
  const answer = await world.ask({ protocol, observation: { cameras } }, { images });
  expect([answer.ok, world.decoded.map((request) => [request.model, request.inputs[0]?.shape])]).toEqual([
    true,
    [[model, [2]]],
  ]);
  expect(picturesOf(world.servers.seen[0])).toEqual({
    image: { shape: [1, 2, 3], bytes: [1, 6] },
    wrist_image: { shape: [224, 224, 3], bytes: [7, 7] },
    top_image: { shape: [224, 224, 3], bytes: [8, 8] },
  });
});

const picturesSchema = z.record(z.string(), z.unknown()).transform((members) =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => {
      const { data, shape } = arraySchema.safeParse(value).data ?? { data: null, shape: [] };
      return data === null ? [] : [[name, { shape, bytes: [data[0], data.at(-1)] }] as const];
    }),
  ),
);
const arraySchema = z.union([
  z
    .object({ __numpy__: z.string(), shape: z.array(z.number()) })
    .transform(({ __numpy__, shape }) => ({ data: Buffer.from(__numpy__, "base64"), shape })),
  z.object({ data: z.instanceof(Buffer), shape: z.array(z.number()) }),
]);

/** The pictures of an observation, by their names: the shape, the first byte and the last. */
const picturesOf = (seen: unknown) => picturesSchema.parse(plainOf(seen));

/** A msgpack map, or the text of a body, as an object. */
function plainOf(seen: unknown): Record<string, unknown> {
  if (Buffer.isBuffer(seen)) return z.record(z.string(), z.unknown()).parse(JSON.parse(seen.toString()));
  const entries = seen instanceof Map ? [...seen] : Object.entries(seen ?? {});
  return Object.fromEntries(
    entries.map(([key, value]) => [String(key), value instanceof Map ? plainOf(value) : value]),
  );
}

it("finds a camera under the server's own name too, and takes the first picture for the primary", async () => {
  world.servers.fakes.set("first", { kind: "answers", rows: [ROW] });
  const cameras = { primary: "images.cam_high", left: "images.cam_left", wrist: "observation/wrist" };
  const [first, left, wrist] = ["front", "cam_left", "observation/wrist"].map((camera, index) =>
    image(camera, new Uint8Array([index, 0, 0, 0, 0, index])),
  );
  if (!first || !left || !wrist) throw new Error("There are three.");
  expect(await world.ask({ observation: { cameras } }, { images: [first, wrist, left] })).toMatchObject({
    ok: true,
  });
  const { images, ...others } = plainOf(world.servers.seen[0]);
  expect([picturesOf(images), picturesOf(others)]).toMatchObject([
    { cam_high: { bytes: [0, 0] }, cam_left: { bytes: [1, 1] } },
    { "observation/wrist": { bytes: [2, 2] } },
  ]);
});
