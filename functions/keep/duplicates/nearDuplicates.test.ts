import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import { toPublicId } from "../../contracts/identifiers.ts";
import { failed } from "../../contracts/outcome.ts";
import type { Database } from "../../contracts/ports.ts";
import type { RecordMetadata } from "../../contracts/records.ts";
import { stripImageMetadata } from "../../guard/privacy/stripImageMetadata.ts";
import { sampleImage } from "../../guard/privacy/testImages.ts";
import { drainOutbox } from "../drain/drainOutbox.ts";
import { DrainWorld, startDrainDatabase } from "../drain/testDrain.ts";
import { listInferences } from "../records/listInferences.ts";
import { readInference } from "../records/readInference.ts";
import { inferenceQuerySchema } from "../records/schema.ts";

const TEXT = "pick up the red block and put it on the plate on the left";
const NEARLY = "Pick up the red block and put it on the plate on the left!";
const OTHER = "open the upper drawer and take the blue cup out of it";

type Sample = Parameters<typeof sampleImage>[0];
type Hashes = readonly (readonly [sample: Sample, bits: number[]])[];

const EVEN = Array.from({ length: 64 }, (_, bit) => bit % 2);
const flipped = (count: number) => EVEN.map((bit, index) => (index < count ? 1 - bit : bit));
const HASHES: Hashes = [
  ["png", EVEN],
  ["jpeg", flipped(3)],
  ["progressiveJpeg", flipped(4)],
  ["lossyWebp", flipped(20)],
  ["losslessWebp", EVEN.map(() => 0)],
];

let app: Database;
let embedded: TestDatabase;

beforeAll(async () => {
  ({ app, embedded } = await startDrainDatabase());
});
afterAll(() => embedded?.remove());

/** A world whose person-free stream is kept as research, and whose runner hashes the samples as listed. */
async function openWorld() {
  const world = new DrainWorld(app);
  const event = await world.setTier("research");
  const known = HASHES.map(([sample, bits]) => {
    const image = stripImageMetadata(sampleImage(sample));
    return { bytes: image.ok ? image.value.bytes.toString() : "", bits };
  });
  world.hashOf = (picture) => known.find(({ bytes }) => bytes === picture.toString())?.bits ?? [];
  const seal = async (instruction: string, sample: Sample, changes: Partial<RecordMetadata> = {}) => {
    const { metadata } = (await world.seal(event)).record;
    const images = [{ camera: "primary", bytes: sampleImage(sample) }];
    return await world.seal(event, "research", {
      instruction,
      images,
      metadata: { ...metadata, ...changes },
    });
  };
  /** Keeps one exchange, drained by itself; answers its id. */
  const keep = async (...exchange: Parameters<typeof seal>) => {
    const entry = await seal(...exchange);
    world.append(entry);
    await world.drainAll();
    return entry.record.id;
  };
  return { world, seal, keep };
}

const marksOf = (world: DrainWorld, rule: string) =>
  world.meter.counts.get(`headgate_gate_warnings_total{${rule}}`);

const of = (id: string) => toPublicId("inference", id);

async function readNear(world: DrainWorld, id: string) {
  const { objectStore } = world.ports;
  const found = await readInference(world.organizationId, of(id), undefined, { database: app, objectStore });
  return found.ok ? found.value.near_duplicates : null;
}

const warningsOf = async (world: DrainWorld) =>
  (await world.query(sql`select to_jsonb(warnings) as warnings from inferences order by id`)).map(
    ({ warnings }) => warnings,
  );

describe("near duplicates", () => {
  it("duplicate.near_text: a text that nearly repeats older ones names a record of the oldest", async () => {
    const { world, keep } = await openWorld();
    const first = await keep(TEXT, "png");
    const second = await keep(`${TEXT} now`, "png");
    const third = await keep(NEARLY, "png");
    const other = await keep(OTHER, "png");
    const again = await keep(TEXT, "png");
    expect(marksOf(world, "duplicate.near_text")).toBe(2);
    expect((await readNear(world, first))?.text).toBeNull();
    for (const id of [second, third]) {
      const text = (await readNear(world, id))?.text;
      expect(text?.of).toBe(of(first));
      expect(text?.similarity).toBeGreaterThanOrEqual(0.8);
    }
    expect((await readNear(world, other))?.text).toBeNull();
    expect((await readNear(world, again))?.text).toBeNull();
  });

  it("duplicate.near_image: a keyframe names the nearest older one, and none that is farther than 4 bits", async () => {
    const { world, keep } = await openWorld();
    const first = await keep(TEXT, "png");
    const far = await keep(TEXT, "lossyWebp");
    const near = await keep(TEXT, "progressiveJpeg");
    const nearest = await keep(TEXT, "jpeg");
    expect(marksOf(world, "duplicate.near_image")).toBe(2);
    expect((await readNear(world, first))?.image).toBeNull();
    expect((await readNear(world, far))?.image).toBeNull();
    expect((await readNear(world, near))?.image).toEqual({ of: of(first), distance: 4 });
    expect((await readNear(world, nearest))?.image).toEqual({ of: of(near), distance: 1 });

    const query = inferenceQuerySchema.parse({ duplicates: "exclude" });
    const listed = await listInferences(world.organizationId, query, app);
    expect(listed.ok && listed.value.data.map(({ id }) => id)).toEqual([of(far), of(first)]);
  });

  it("are marked once, in one batch as in two, and however often a batch is repeated", async () => {
    const { world, seal } = await openWorld();
    const entries = [await seal(TEXT, "png"), await seal(NEARLY, "jpeg")];
    for (const entry of entries) world.append(entry);
    const { database } = world.ports;
    let losses = 0;
    const lossy: Database = {
      ...database,
      async forOrg(organizationId, statements) {
        const answer = await database.forOrg(organizationId, statements);
        // Transactions that sign are the long ones: the first of texts, then the first of images, lose theirs.
        if (statements.length < 3 || losses === 2) return answer;
        losses += 1;
        return failed({ kind: "unavailable", detail: "the answer was lost" });
      },
    };
    for (const lost of [1, 2]) {
      await drainOutbox(world.queue, `${world.organizationId}:0`, { ...world.ports, database: lossy });
      expect([losses, world.queue.depth().entries]).toEqual([lost, 2]);
    }
    await world.drainAll();
    const again = world.newQueue();
    for (const entry of entries.toReversed()) world.append(entry, again);
    await world.drainAll(again);

    const [first, second] = entries.map(({ record }) => record.id);
    if (first === undefined || second === undefined) throw new Error("nothing was sealed");
    expect(await readNear(world, first)).toEqual({ text: null, image: null });
    expect(await readNear(world, second)).toMatchObject({
      text: { of: of(first) },
      image: { of: of(first), distance: 3 },
    });
    const counted = await world.query(sql`
      select (select count(*)::int from text_signatures) as texts, (select count(*)::int from image_signatures) as images`);
    expect(counted).toEqual([{ texts: 2, images: 2 }]);
  });

  it("of another organization are nobody's business", async () => {
    const { keep } = await openWorld();
    await keep(TEXT, "png");
    const { world, keep: keepNext } = await openWorld();
    const id = await keepNext(NEARLY, "jpeg");
    expect(await readNear(world, id)).toEqual({ text: null, image: null });
  });

  it("hold nothing up: without the model, vectors are stored and the skipped hash is counted", async () => {
    const { world, keep } = await openWorld();
    world.hashOf = null;
    await keep(TEXT, "png");
    expect(await world.rows()).toMatchObject([{ texts: 1, images: 1 }]);
    expect(world.meter.counts.get("headgate_signatures_total{image,skipped}")).toBe(1);
    expect(await world.query(sql`select count(*)::int as images from image_signatures`)).toEqual([
      { images: 0 },
    ]);
  });

  it.each([
    ["analytics", { texts: 1, images: 0 }],
    ["basic", { texts: 0, images: 0 }],
  ] as const)("are told by what %s keeps and by nothing else", async (tier, signatures) => {
    const { world, seal } = await openWorld();
    world.append(await seal(TEXT, "png"));
    await world.setTier(tier);
    await world.drainAll();
    expect(
      await world.query(sql`select (select count(*)::int from text_signatures) as texts,
        (select count(*)::int from image_signatures) as images`),
    ).toEqual([signatures]);
  });

  it("make no signature once consent is withdrawn between a row and its vectors", async () => {
    const { world, seal } = await openWorld();
    world.append(await seal(TEXT, "png"));
    world.modes.runner = "away";
    await world.drain();
    await world.setTier("basic");
    world.modes.runner = "up";
    await world.drainAll();
    expect(await world.rows()).toMatchObject([{ texts: 0, images: 0 }]);
  });

  const erase = async (world: DrainWorld, id: string) => {
    await world.query(
      sql`delete from embeddings_text_records where inference_id = ${id}`,
      sql`delete from embeddings_text t where not exists (select from embeddings_text_records r
        where r.organization_id = t.organization_id and r.text_hash = t.text_hash)`,
      sql`delete from embeddings_image where inference_id = ${id}`,
    );
  };
  const expire = async (world: DrainWorld, id: string) => {
    await world.query(
      sql`update embeddings_text t set created_at = now() - interval '100 days' from embeddings_text_records r
        where r.text_hash = t.text_hash and r.inference_id = ${id}`,
      sql`update embeddings_text_records set created_at = now() - interval '100 days' where inference_id = ${id}`,
      sql`update embeddings_image set created_at = now() - interval '100 days' where inference_id = ${id}`,
    );
    const dropped = await app.platform(sql`select drop_expired_partitions(24, 90)`);
    expect(dropped.ok).toBe(true);
  };

  it.each([
    ["erased", erase],
    ["dropped by retention", expire],
  ])("are forgotten with the vectors of what is %s, on both sides of a mark", async (_, remove) => {
    const { world, keep } = await openWorld();
    const first = await keep(TEXT, "png");
    const second = await keep(NEARLY, "jpeg");
    expect(await readNear(world, second)).not.toEqual({ text: null, image: null });
    await remove(world, first);
    const left = await world.query(sql`
      select t.near_duplicate_of as text, t.similarity, i.near_duplicate_of as image, i.distance
      from text_signatures t, image_signatures i`);
    expect(left).toEqual([{ text: null, similarity: null, image: null, distance: null }]);
    expect(await readNear(world, second)).toEqual({ text: null, image: null });
  });
});

describe("rules that are found on the way to storage", () => {
  it("image.blank: a keyframe without any structure is marked, once", async () => {
    const { world, keep, seal } = await openWorld();
    await keep(TEXT, "png");
    const entry = await seal(TEXT, "losslessWebp");
    for (const queue of [world.queue, world.newQueue()]) {
      world.append(entry, queue);
      await world.drainAll(queue);
    }
    expect(await warningsOf(world)).toEqual([[], ["image.blank"]]);
    expect(marksOf(world, "image.blank")).toBe(1);
  });

  const stepOf = (step: number, capturedAtMs: number, episodeId = "e1") => ({
    episodeId,
    step,
    capturedAtMs,
  });

  it.each([["one batch"], ["batches of one"]])(
    "timestamp.step_backwards: a step behind a later one of its episode is marked, in %s",
    async (batches) => {
      const { world, seal, keep } = await openWorld();
      const steps = [1, 2, 5, 6, 3, 4, 7].map((step) => [TEXT, "png", stepOf(step, 1000 * step)] as const);
      for (const exchange of [...steps, [TEXT, "png", stepOf(0, 1000, "e2")] as const]) {
        if (batches === "one batch") world.append(await seal(...exchange));
        else await keep(...exchange);
      }
      await world.drainAll();
      const marked = ["timestamp.step_backwards"];
      expect(await warningsOf(world)).toEqual([[], [], [], [], marked, marked, [], []]);
      expect(marksOf(world, "timestamp.step_backwards")).toBe(2);
    },
  );

  it.each([["one batch"], ["batches of one"]])(
    "timestamp.captured_backwards: a step captured before an earlier one is marked, in %s",
    async (batches) => {
      const { world, seal, keep } = await openWorld();
      for (const [step, capturedAtMs] of [1000, 2000, 1500, 2500].entries()) {
        const exchange = [TEXT, "png", stepOf(step, capturedAtMs)] as const;
        if (batches === "one batch") world.append(await seal(...exchange));
        else await keep(...exchange);
      }
      await world.drainAll();
      expect(await warningsOf(world)).toEqual([[], [], ["timestamp.captured_backwards"], []]);
      expect(marksOf(world, "timestamp.captured_backwards")).toBe(1);
    },
  );
});
