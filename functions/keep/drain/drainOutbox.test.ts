// Long because each file of these tests would start a database of its own.
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { unwrap } from "../../../drizzle/testKit.ts";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import { toPublicId } from "../../contracts/identifiers.ts";
import { done, failed } from "../../contracts/outcome.ts";
import type { Database } from "../../contracts/ports.ts";
import { PLATFORM_ACTOR } from "../../guard/identity/actor.ts";
import { testConfiguration } from "../../guard/leases/testWorld.ts";
import { encodePng } from "../../guard/pixels/encodePng.ts";
import { pixelImage } from "../../guard/pixels/pixelImage.ts";
import { stripImageMetadata } from "../../guard/privacy/stripImageMetadata.ts";
import { sampleImage } from "../../guard/privacy/testImages.ts";
import type { ServedExchange } from "../../guard/seal/seal.ts";
import { listedCamerasSchema } from "../records/cameras.ts";
import { readInference } from "../records/readInference.ts";
import { drainOutbox } from "./drainOutbox.ts";
import { replayDeadLetters } from "./replayDeadLetters.ts";
import { DrainWorld, startDrainDatabase } from "./testDrain.ts";

const HOUR_MS = 3_600_000;

let app: Database;
let embedded: TestDatabase;

beforeAll(async () => {
  ({ app, embedded } = await startDrainDatabase());
});
afterAll(() => embedded?.remove());

/** A world whose person-free stream is kept as research, with so many entries waiting. */
async function waiting(
  count: number,
  changes: Record<string, unknown> = {},
  exchange: Partial<ServedExchange> = {},
) {
  const world = new DrainWorld(app, changes);
  const event = await world.setTier("research");
  const entries = [];
  for (let index = 0; index < count; index += 1) {
    const entry = await world.seal(event, "research", exchange);
    expect(world.append(entry)).toEqual({ kind: "recorded" });
    entries.push(entry);
  }
  return { world, event, ids: entries.map(({ record }) => record.id), entries };
}

/** What two cameras saw, each with a picture of its own. */
const images = [
  { camera: "primary", bytes: sampleImage("png") },
  { camera: "wrist", bytes: sampleImage("jpeg") },
];

/** The bytes of every camera of every row, as the row says where they lie. */
async function storedPictures(world: DrainWorld): Promise<Record<string, string>[]> {
  const rows = await world.query(
    sql`select image_key, image_offset_bytes, image_cameras from inferences order by id`,
  );
  return rows.map((row) => {
    const { image_key, image_offset_bytes, image_cameras } = listedRowSchema.parse(row);
    const object = world.objects.get(image_key) ?? new Uint8Array();
    expect(image_cameras[0]).toMatchObject({ camera: "primary", offset_bytes: image_offset_bytes });
    return Object.fromEntries(
      image_cameras.map(({ camera, offset_bytes: at, length_bytes }) => [
        camera,
        object.slice(at, at + length_bytes).toString(),
      ]),
    );
  });
}

/** The bytes of every row's primary camera. */
async function storedPrimaries(world: DrainWorld): Promise<string[]> {
  const rows = await world.query(
    sql`select image_key as key, image_offset_bytes as "at", image_length_bytes as size from inferences order by id`,
  );
  return rows.map((row) => {
    const { key, at, size } = placeSchema.parse(row);
    return (world.objects.get(key) ?? new Uint8Array()).slice(at, at + size).toString();
  });
}

const placeSchema = z.object({ key: z.string(), at: z.number(), size: z.number() });

const listedRowSchema = z.object({
  image_key: z.string(),
  image_offset_bytes: z.number(),
  image_cameras: listedCamerasSchema,
});

const cleanPictures = Object.fromEntries(
  images.map(({ camera, bytes }) => {
    const clean = stripImageMetadata(bytes);
    return [camera, clean.ok ? clean.value.bytes.toString() : ""];
  }),
);

const idsOf = (rows: readonly { readonly id?: unknown }[]) => rows.map(({ id }) => id);

describe("the drain", () => {
  it("carries rows, pictures and vectors to their places, and then nothing waits", async () => {
    const { world, ids } = await waiting(3);
    await world.drainAll();
    expect(await world.rows()).toMatchObject(
      ids.map((id) => ({ id, tier: "research", image_state: "stored", has_body: true, texts: 1, images: 1 })),
    );
    expect(world.queue.depth()).toEqual({ entries: 0, oldestAtMs: null });
  });

  it("makes the vector of a known text anew once another model is set, and keeps one vector per text", async () => {
    const { world, event } = await waiting(1);
    await world.drainAll();
    const configuration = testConfiguration({
      EMBED_TEXT_MODEL: "minilm-l6-384",
      EMBED_IMAGE_MODEL: "clip-vit-b32-512",
    });
    world.append(await world.seal(event));
    await drainOutbox(world.queue, `${world.organizationId}:0`, { ...world.ports, configuration });
    const models = sql`select (select string_agg(model, ',') from embeddings_text) as text,
      (select string_agg(model, ',' order by inference_id) from embeddings_image) as image`;
    expect(await world.query(models)).toEqual([
      { text: "minilm-l6-384", image: "visual-512,clip-vit-b32-512" },
    ]);
  });

  it("packs the pictures of all cameras, and makes vectors of the primary one's alone", async () => {
    const hashed: string[] = [];
    const { world, ids } = await waiting(2, {}, { images });
    world.hashOf = (picture) => {
      hashed.push(picture.toString());
      return Array.from({ length: 64 }, () => 1);
    };
    await world.drainAll();
    expect(await world.rows()).toMatchObject(ids.map((id) => ({ id, image_state: "stored", images: 1 })));
    expect(await storedPictures(world)).toEqual([cleanPictures, cleanPictures]);
    expect(new Set(hashed)).toEqual(new Set([cleanPictures.primary]));
    const read = { database: app, objectStore: world.ports.objectStore };
    for (const id of ids.map((uuid) => toPublicId("inference", uuid))) {
      const found = unwrap(await readInference(world.organizationId, id, "images", read));
      const pictures = Object.entries(found.images_data ?? {}).map(([camera, url]) => {
        const bytes = Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
        return [camera, Uint8Array.from(bytes).toString()];
      });
      expect(Object.fromEntries(pictures)).toEqual(cleanPictures);
    }
    const [pack = ""] = world.keys("frames/");
    const index = new TextDecoder().decode(world.objects.get(pack)?.slice(-600));
    expect(index).toContain(`{"id":"${ids[1]}","camera":"wrist"`);
    expect(world.meter.counts.get("headgate_frames_stored_total{}")).toBe(4);
  });

  it("never holds more pictures at once than FRAME_PACK_MAX_BYTES: a pack ends early, and none is lost", async () => {
    const sizeBytes = images.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const { metadata } = (await waiting(1)).entries[0]?.record ?? {};
    if (metadata === undefined) throw new Error("nothing waits");
    const exchange = { images, metadata: { ...metadata, episodeId: "long", step: null } };
    const { world, ids } = await waiting(5, { FRAME_PACK_MAX_BYTES: String(3 * sizeBytes) }, exchange);
    world.clock.nowMs += 10_000;
    await world.drainAll();
    expect(world.keys("frames/")).toHaveLength(3);
    expect(await world.rows()).toMatchObject(ids.map((id) => ({ id, image_state: "stored", images: 1 })));
    expect(await storedPictures(world)).toEqual(ids.map(() => cleanPictures));
  });

  it("stores a record once, although its answer was lost, or its entry was delivered again", async () => {
    const { world, entries, ids } = await waiting(2);
    world.modes.postgres = "answers_lost";
    await world.drain();
    expect(world.queue.depth().entries).toBe(2);
    world.modes.postgres = "up";
    await world.drainAll();
    const again = world.newQueue();
    for (const entry of entries) world.append(entry, again);
    await world.drainAll(again);
    expect(idsOf(await world.rows())).toEqual(ids);
    expect(await world.query(sql`select count(*)::int as bodies from inference_bodies`)).toEqual([
      { bodies: 2 },
    ]);
  });

  it("is not held up by a record that Postgres refuses: it alone waits, and ends among the dead", async () => {
    const { world, event, ids } = await waiting(4);
    const { metadata } = (await world.seal(event)).record;
    const poison = await world.seal(event, "research", { metadata: { ...metadata, environment: "\u0000" } });
    world.append(poison);
    const late = await world.seal(event);
    world.append(late);
    await world.drain();
    expect(idsOf(await world.rows())).toEqual([...ids, late.record.id]);

    world.clock.nowMs += 25 * HOUR_MS;
    await world.drain();
    expect(world.keys("dead/")).toEqual([`dead/${world.organizationId}/0/${poison.record.id}.json`]);
    expect(world.queue.oldest("row", 10)).toEqual([]);
  });

  it.each([
    [
      "cannot be decrypted",
      async (world: DrainWorld) => void (await world.setTier("research", { seed: "0bad".repeat(16) })),
    ],
    [
      "the anonymizer refuses",
      async (world: DrainWorld) => {
        world.onAnonymize = () => failed({ kind: "invalid_input", detail: "" });
      },
    ],
  ])("gives a picture up that %s, at the third failure, and says so in its row", async (_, spoil) => {
    const { world, ids } = await waiting(1);
    // That a store was away before is no failure of the picture.
    world.modes.bucket = "away";
    await world.drain();
    await world.drain();
    world.modes.bucket = "up";
    await spoil(world);
    for (const state of ["pending", "pending", "withheld"]) {
      await world.drain();
      expect(await world.rows()).toMatchObject([{ id: ids[0], image_state: state, image_key: null }]);
    }
    await world.drainAll();
    expect(await world.rows()).toMatchObject([{ image_state: "withheld", texts: 1, images: 0 }]);
    expect(world.keys("frames/")).toEqual([]);
  });
});

describe("anonymizing", () => {
  /** Pictures as they leave the anonymizer: none of them as it came. */
  const covered = sampleImage("progressiveJpeg");
  const strippedCover = (() => {
    const stripped = stripImageMetadata(covered);
    return stripped.ok ? stripped.value.bytes.toString() : "";
  })();

  it("stores and embeds of a person's pictures only what the anonymizer answered, asked once for each", async () => {
    const world = new DrainWorld(app);
    const person = { subjectRef: "ab".repeat(32) };
    const event = await world.setTier("research", person);
    const embedded: string[] = [];
    world.hashOf = (picture) => {
      embedded.push(picture.toString());
      return Array.from({ length: 64 }, () => 1);
    };
    world.onAnonymize = (picture) => done({ ...picture, bytes: covered });
    const jpeg = [{ camera: "primary", bytes: sampleImage("jpeg") }];
    world.append(await world.seal(event, "research", { images: jpeg }, person.subjectRef));
    await world.drainAll();
    expect(await world.rows()).toMatchObject([{ image_state: "stored", text_state: "withheld", images: 1 }]);
    expect(await storedPrimaries(world)).toEqual([strippedCover]);
    expect([embedded, world.anonymized]).toEqual([[strippedCover], 1]);
  });

  it("asks nobody about a stream that is declared person-free, unless it is told to; what came as numbers is kept as a PNG", async () => {
    const world = new DrainWorld(app, { ANONYMIZE_PICTURES_OF: "people" });
    const event = await world.setTier("research");
    const rgb = new Uint8Array(32 * 16 * 3).fill(7);
    const image = pixelImage({ camera: "primary", pointer: "" }, { widthPixels: 32, heightPixels: 16, rgb });
    world.append(await world.seal(event, "research", { images: [image] }));
    await world.drainAll();
    expect(world.anonymized).toBe(0);
    expect(await world.rows()).toMatchObject([{ image_state: "stored", images: 1 }]);
    expect(await storedPrimaries(world)).toEqual([
      encodePng({ widthPixels: 32, heightPixels: 16, rgb }).toString(),
    ]);
  });

  it("holds up no other picture for one that is refused", async () => {
    const { world, ids } = await waiting(3);
    world.onAnonymize = (picture) =>
      world.anonymized % 3 === 2 ? failed({ kind: "invalid_input", detail: "" }) : done(picture);
    await world.drain();
    const states = (await world.rows()).map(({ image_state }) => image_state);
    expect([ids.length, states.filter((state) => state === "stored").length]).toEqual([3, 2]);
  });

  it("stops asking an anonymizer that is away, in that drain", async () => {
    const { world } = await waiting(40);
    let asked = 0;
    world.onAnonymize = () => {
      asked += 1;
      return failed({ kind: "no_capacity", detail: "" });
    };
    await world.drain();
    expect(asked).toBeLessThan(9);
  });
});

describe("consent between an answer and its row", () => {
  it.each([
    ["analytics", { tier: "analytics", has_body: true, text_state: "stored", image_state: "withheld" }],
    ["basic", { tier: "basic", has_body: false, text_state: "withheld", image_state: "withheld" }],
  ] as const)("lowered to %s, reduces the record to what that keeps", async (tier, kept) => {
    const { world, ids } = await waiting(2);
    await world.setTier(tier);
    await world.drainAll();
    expect(await world.rows()).toMatchObject(ids.map((id) => ({ id, ...kept, images: 0 })));
    expect(world.objects.size).toBe(0);
  });

  it("withdrawn, drops the record", async () => {
    const { world } = await waiting(2);
    await world.setTier("none");
    await world.drainAll();
    expect([await world.rows(), world.objects.size]).toEqual([[], 0]);
    expect(world.meter.counts.get("headgate_drained_records_total{withheld}")).toBe(2);
  });

  it("withdrawn between row and picture, keeps the picture out", async () => {
    const { world } = await waiting(1);
    world.modes.bucket = "away";
    await world.drain();
    await world.setTier("none");
    world.modes.bucket = "up";
    await world.drainAll();
    expect(await world.rows()).toMatchObject([{ image_state: "withheld", texts: 0, images: 0 }]);
    expect(world.objects.size).toBe(0);
  });

  it("raised again, keeps no more than what the answer was given under", async () => {
    const world = new DrainWorld(app);
    const entry = await world.seal(await world.setTier("basic"), "basic");
    world.append(entry);
    await world.setTier("research");
    await world.drainAll();
    expect(await world.rows()).toMatchObject([{ tier: "basic", has_body: false, image_state: "withheld" }]);
  });

  it("an erasure demanded meanwhile blocks the record at any tier, and not those that come after it", async () => {
    const { world, event } = await waiting(2);
    await world.query(
      sql`insert into erasures (organization_id, subject_ref, requested_at)
        values (${world.organizationId}, '', ${new Date(world.clock.now() + 1).toISOString()})`,
    );
    world.clock.nowMs += 10;
    const after = await world.seal(event);
    world.append(after);
    await world.drainAll();
    expect(idsOf(await world.rows())).toEqual([after.record.id]);
  });
});

describe("parts that are away", () => {
  it("R2: rows are stored, pictures wait untouched, and follow", async () => {
    const { world, ids } = await waiting(2);
    world.modes.bucket = "away";
    for (let round = 0; round < 4; round += 1) expect((await world.drain()).waiting).toBe(true);
    expect(await world.rows()).toMatchObject(
      ids.map((id) => ({ id, image_state: "pending", image_key: null })),
    );
    world.modes.bucket = "up";
    await world.drainAll();
    expect(await world.rows()).toMatchObject(ids.map((id) => ({ id, image_state: "stored", images: 1 })));
  });

  it("R2 and Postgres for more than a day: nothing leaves the outbox, and all of it follows", async () => {
    const { world, ids } = await waiting(2);
    world.modes.bucket = "away";
    world.modes.postgres = "away";
    await world.drain();
    world.clock.nowMs += 25 * HOUR_MS;
    await world.drain();
    expect(world.queue.depth().entries).toBe(2);
    world.modes.bucket = "up";
    world.modes.postgres = "up";
    await world.drainAll();
    expect(await world.rows()).toMatchObject(ids.map((id) => ({ id, image_state: "stored" })));
    expect(world.keys("dead/")).toEqual([]);
  });

  it("the anonymizer: rows are stored, pictures wait for it however often it is asked, and follow", async () => {
    const { world, ids } = await waiting(6);
    world.modes.anonymizer = "away";
    for (let round = 0; round < 8; round += 1) expect((await world.drain()).waiting).toBe(true);
    expect(await world.rows()).toMatchObject(ids.map((id) => ({ id, image_state: "pending" })));
    expect(world.objects.size).toBe(0);
    world.modes.anonymizer = "up";
    await world.drainAll();
    expect(await world.rows()).toMatchObject(ids.map((id) => ({ id, image_state: "stored", images: 1 })));
  });

  it("the anonymizer for more than a day: records are whole but for their pictures", async () => {
    const { world, ids } = await waiting(1);
    world.modes.anonymizer = "away";
    await world.drain();
    world.clock.nowMs += 25 * HOUR_MS;
    await world.drainAll();
    expect(await world.rows()).toMatchObject([{ id: ids[0], image_state: "withheld", texts: 1, images: 0 }]);
    expect(world.objects.size).toBe(0);
  });

  it("the runner for more than a day: records are whole but for their vectors", async () => {
    const { world, ids } = await waiting(1);
    world.modes.runner = "away";
    await world.drain();
    world.clock.nowMs += 25 * HOUR_MS;
    await world.drainAll();
    expect(await world.rows()).toMatchObject([{ id: ids[0], image_state: "stored", texts: 0, images: 0 }]);
  });

  it("comes back ever more slowly, and never more slowly than it is told", async () => {
    const { world } = await waiting(1, { OUTBOX_RETRY_MAX_MS: 4000 });
    world.modes.postgres = "away";
    const pausesMs: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const { nextDrainInMs } = await world.drain();
      pausesMs.push(nextDrainInMs);
      world.clock.nowMs += nextDrainInMs;
    }
    expect(pausesMs).toEqual([...pausesMs].sort((a, b) => a - b));
    expect([pausesMs[0], pausesMs.at(-1)]).toEqual([200, 4000]);
  });
});

describe("dead letters", () => {
  it.each([
    ["before", HOUR_MS],
    ["after", 24 * HOUR_MS],
  ])("%s the outbox has forgotten their content, come back whole and once", async (_, deadAfterMs) => {
    const { world, ids } = await waiting(2, { OUTBOX_DEAD_AFTER_MS: deadAfterMs }, { images });
    world.modes.postgres = "away";
    await world.drain();
    world.clock.nowMs += deadAfterMs + 1;
    await world.drain();
    expect([world.queue.depth().entries, world.keys("dead/").length]).toEqual([0, 2]);
    const letter = new TextDecoder().decode(world.objects.get(world.keys("dead/")[0] ?? ""));
    expect(letter).not.toContain("iVBOR");

    world.modes.postgres = "up";
    const replay = () =>
      replayDeadLetters(world.organizationId, undefined, PLATFORM_ACTOR, {
        ...world.ports,
        outbox: world.outbox,
      });
    expect(await replay()).toMatchObject({ ok: true, value: { replayed: 2, kept: 0, nextCursor: null } });
    expect(world.keys("dead/")).toEqual([]);
    await world.drainAll();
    expect(await world.rows()).toMatchObject(ids.map((id) => ({ id, image_state: "stored" })));
    expect(await storedPictures(world)).toEqual([cleanPictures, cleanPictures]);
    expect(await replay()).toMatchObject({ ok: true, value: { replayed: 0, kept: 0 } });
  });

  it("stay where they are while the outbox takes nothing, and where nobody can read them", async () => {
    const { world } = await waiting(1, { OUTBOX_DEAD_AFTER_MS: HOUR_MS });
    world.modes.postgres = "away";
    world.clock.nowMs += HOUR_MS;
    await world.drain();
    world.objects.set(`dead/${world.organizationId}/0/x.json`, new TextEncoder().encode("{}"));
    world.modes.postgres = "up";
    const full = { append: async () => ({ kind: "unavailable", reason: "full" }) as const };
    const ports = { ...world.ports, outbox: full };
    const report = await replayDeadLetters(world.organizationId, undefined, PLATFORM_ACTOR, ports);
    expect(report).toMatchObject({ ok: true, value: { replayed: 0, kept: 2 } });
    expect(world.keys("dead/")).toHaveLength(2);
  });
});
