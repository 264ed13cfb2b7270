import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instructions } from "../../../tests/support/instructions.ts";
import {
  farthestOfNearest,
  recallOf,
  recordAt,
  type Searchable,
  storeSearchables,
  vectorText,
} from "../../../tests/support/searchable.ts";
import { failed } from "../../contracts/outcome.ts";
import { textHash } from "../../embed/normalizeText.ts";
import { sampleImage } from "../../guard/privacy/testImages.ts";
import { byteVector, Isolate, openSearchWorld, type SearchWorld, wordVector } from "./testSearch.ts";

const LARGE = "01990000-0000-7000-8000-00000000000a";
const SMALL = "01990000-0000-7000-8000-00000000000b";
const TEXTS = 1500;
const QUERIES = 20;
const MINUTE_MS = 60_000;
/** Every record of this test is an hour old, one millisecond after another. */
const START_MS = Date.now() - 60 * MINUTE_MS;

const texts: string[] = [];
const vectors: Float32Array[] = [];
let world: SearchWorld;

const isSmall = (index: number): boolean => index % 100 === 0;
const idOf = (index: number): string => `inf_${recordAt(START_MS + index, index).id}`;
/** Indices of an organization's records. */
const recordsOf = (organization: string): number[] =>
  texts.flatMap((_, index) => (isSmall(index) === (organization === SMALL) ? [index] : []));

async function searchable(index: number, changes: Partial<Searchable> = {}): Promise<Searchable> {
  const text = texts[index] ?? "";
  return {
    ...recordAt(START_MS + index, index),
    textHash: await textHash(text),
    vector: wordVector(text),
    robotType: index % 50 === 1 ? "ur5" : "franka",
    episodeId: `episode-${Math.floor(index / 40)}`,
    ...changes,
  };
}

/** 1,500 texts, every hundredth of which is the small organization's; the index is built over them. */
beforeAll(async () => {
  world = await openSearchWorld([LARGE, SMALL]);
  const told = instructions(7);
  for (let index = 0; index < TEXTS; index += 1) texts.push(told.next().value);
  vectors.push(...texts.map(wordVector));
  // Built over what is stored, as operators do: row by row it takes ten times as long.
  await world.asOwner(sql`drop index embeddings_text_cosine`);
  for (const organization of [LARGE, SMALL]) {
    await world.grant(organization, null, "research");
    const rows = await Promise.all(recordsOf(organization).map((index) => searchable(index)));
    await world.asOwner(storeSearchables(organization, rows));
  }
  await world.asOwner(sql`create index embeddings_text_cosine on embeddings_text (created_at)`);
  await world.useIndex("hnsw");
}, 120_000);
afterAll(() => world.embedded.remove());

/** Mean recall@10 of an organization's searches, over texts that are not stored. */
async function meanRecall(isolate: Isolate, organization: string, distance: "cosine" | "euclidean") {
  const own = recordsOf(organization).flatMap((index) => vectors[index] ?? []);
  const told = instructions(8);
  let sum = 0;
  let index = "";
  for (let asked = 0; asked < QUERIES; asked += 1) {
    const query = wordVector(told.next().value);
    const answer = await isolate.find(organization, { vector: [...query], distance });
    sum += recallOf(answer.hits, farthestOfNearest(query, own, 10, distance), 10);
    index = answer.index;
  }
  return { recall: sum / QUERIES, index };
}

describe("nearest neighbors", () => {
  test.each(["cosine", "euclidean"] as const)(
    "by %s are those of a comparison with every vector, for who owns nearly all and for who owns one in a hundred",
    async (distance) => {
      const byIndex = new Isolate(world.app, { SEARCH_EXACT_VECTORS: 0 });
      const byRule = new Isolate(world.app, { SEARCH_EXACT_VECTORS: 1000 });
      const large = await meanRecall(byRule, LARGE, distance);
      expect(large).toMatchObject({ index: "hnsw" });
      expect(large.recall).toBeGreaterThan(0.95);
      expect(await meanRecall(byRule, SMALL, distance)).toEqual({ index: "exact", recall: 1 });
      expect((await meanRecall(byIndex, SMALL, distance)).recall).toBeGreaterThan(0.95);
    },
    60_000,
  );

  test("a text finds itself first, and its record is the newest that has it", async () => {
    const again = { ...(await searchable(5)), ...recordAt(START_MS + TEXTS, TEXTS) };
    await world.asOwner(storeSearchables(LARGE, [again]));
    const isolate = new Isolate(world.app, { SEARCH_EXACT_VECTORS: 0 });
    const answer = await isolate.find(LARGE, { text: `  ${texts[5]?.toUpperCase()} `, limit: 3 });
    expect(answer.hits.map(({ id }) => id)).not.toContain(idOf(5));
    expect(answer.hits[0]).toMatchObject({
      id: idOf(TEXTS),
      record: { robot_type: "franka", text: "stored" },
    });
    expect(answer.hits[0]?.score).toBeCloseTo(1, 5);
    expect(answer).toMatchObject({ in: "text", distance: "cosine", index: "hnsw", truncated: false });
    await world.asOwner(sql`delete from embeddings_text_records where inference_id = ${again.id}`);
    await world.asOwner(sql`delete from inferences where id = ${again.id}`);
  });

  test("like a record are others, not itself; and nobody else's record can be asked with", async () => {
    const isolate = new Isolate(world.app, { SEARCH_EXACT_VECTORS: 0 });
    const like = await isolate.find(LARGE, { like: idOf(5) });
    const byVector = await isolate.find(LARGE, { vector: [...(vectors[5] ?? [])], limit: 11 });
    expect(byVector.hits[0]?.id).toBe(idOf(5));
    expect(like.hits.map(({ id }) => id)).toEqual(byVector.hits.slice(1).map(({ id }) => id));
    for (const [organization, id] of [
      [SMALL, idOf(5)],
      [LARGE, idOf(TEXTS + 7)],
    ] as const)
      expect(await isolate.search(organization, { like: id })).toMatchObject({
        failure: { code: "not_found" },
      });
    expect(await isolate.search(LARGE, { like: idOf(5), in: "image" })).toMatchObject({
      failure: { code: "not_found" },
    });
  });

  test("with its text, a hit shows what its record keeps of it", async () => {
    await world.asOwner(sql`insert into inference_bodies (id, created_at, organization_id, payload)
      values (${idOf(5).slice(4)}, ${recordAt(START_MS + 5, 5).createdAt}, ${LARGE}, ${JSON.stringify({
        actions: null,
        state: null,
        safety_checks: null,
        instruction: "what was said",
      })}::jsonb)`);
    const answer = await new Isolate(world.app).find(LARGE, {
      vector: [...(vectors[5] ?? [])],
      limit: 2,
      include: "text",
    });
    expect(answer.hits.map(({ text }) => text)).toEqual(["what was said", null]);
  });
});

describe("a filter", () => {
  const onUr5 = () => recordsOf(LARGE).filter((index) => index % 50 === 1);

  test("that few records pass loses none of them", async () => {
    const isolate = new Isolate(world.app, { SEARCH_EXACT_VECTORS: 0 });
    const answer = await isolate.find(LARGE, {
      vector: [...wordVector("pick up the red cup")],
      limit: 40,
      filter: { robot_type: "ur5" },
    });
    expect(answer).toMatchObject({ index: "hnsw", truncated: false });
    expect(answer.hits.map(({ id }) => id).sort()).toEqual(onUr5().map(idOf).sort());
  });

  test("by episode or period is compared exactly, whatever the index would find", async () => {
    const isolate = new Isolate(world.app, { SEARCH_EXACT_VECTORS: 60, SEARCH_SCAN_TUPLES: 1 });
    const vector = [...wordVector("pick up the red cup")];
    const period = {
      from: recordAt(START_MS + 160, 0).createdAt,
      to: recordAt(START_MS + 200, 0).createdAt,
    };
    for (const filter of [{ episode_id: "episode-4" }, period]) {
      const answer = await isolate.find(LARGE, { vector, limit: 100, filter });
      expect(answer).toMatchObject({ index: "exact", truncated: false });
      expect(answer.hits.map(({ id }) => id).sort()).toEqual(
        recordsOf(LARGE)
          .filter((index) => index >= 160 && index < 200)
          .map(idOf)
          .sort(),
      );
    }
  });

  test.each([
    [50, true],
    [20_000, false],
  ])(
    "that no record passes is truncated where %i vectors are looked at: %s",
    async (scanTuples, truncated) => {
      const settings = { SEARCH_EXACT_VECTORS: 0, SEARCH_SCAN_TUPLES: scanTuples };
      const isolate = new Isolate(world.app, settings);
      const query = { vector: [...wordVector("cup")], limit: 1, filter: { robot_type: "so100" } };
      expect(await isolate.find(LARGE, query)).toMatchObject({ hits: [], index: "hnsw", truncated });
    },
  );

  test.each([
    [{ model: "other" }],
    [{ model_version: "2" }],
    [{ environment: "kitchen" }],
    [{ status: "unsafe_action" }],
    [{ source: "import" }],
    [{ min_safety_score: 0.8 }],
    [{ from: new Date(START_MS + TEXTS + 1).toISOString() }],
  ])("%j that no record passes finds none", async (filter) => {
    const answer = await new Isolate(world.app).find(SMALL, { vector: [...wordVector("cup")], filter });
    expect(answer.hits).toEqual([]);
  });
});

describe("consent", () => {
  const ORGANIZATION = "01990000-0000-7000-8000-00000000000c";
  const ann = "a".repeat(64);
  const bob = "b".repeat(64);
  const isolate = () => new Isolate(world.app);
  const found = async (body: object) => (await isolate().find(ORGANIZATION, body)).hits.map(({ id }) => id);

  beforeAll(async () => {
    await world.asOwner(
      sql`insert into organizations (id, name, slug, cell) values (${ORGANIZATION}, 'O', 'c', 'local')`,
    );
    for (const subject of [ann, bob]) await world.grant(ORGANIZATION, subject, "research");
    const both = { textHash: "both", vector: wordVector("hand me the cup") };
    await world.asOwner(
      storeSearchables(ORGANIZATION, [
        { ...recordAt(START_MS, 1), ...both, subjectRef: bob },
        { ...recordAt(START_MS + 1, 2), ...both, subjectRef: ann },
        {
          ...recordAt(START_MS + 2, 3),
          textHash: "own",
          vector: wordVector("hand me the pills"),
          subjectRef: ann,
        },
      ]),
    );
    const image = recordAt(START_MS + 2, 3);
    await world.asOwner(sql`insert into embeddings_image (inference_id, created_at, organization_id, embedding, model)
      values (${image.id}, ${image.createdAt}, ${ORGANIZATION}, ${vectorText(byteVector(sampleImage("png")))}::vector,
        'visual-512')`);
  });

  const query = { vector: [...wordVector("hand me the cup")] };
  const shown = (...indices: number[]) =>
    indices.map((index) => `inf_${recordAt(START_MS + index - 1, index).id}`);
  const image = { image: btoa(String.fromCharCode(...sampleImage("png"))) };

  test("a picture finds itself, as long as its subject's tier keeps pictures", async () => {
    await world.grant(ORGANIZATION, ann, "research");
    const answer = await isolate().find(ORGANIZATION, image);
    expect(answer).toMatchObject({ in: "image", index: "exact", hits: [{ id: shown(3)[0] }] });
    expect(answer.hits[0]?.score).toBeCloseTo(1, 5);
    expect(await found({ like: shown(3)[0], in: "image" })).toEqual([]);
    await world.grant(ORGANIZATION, ann, "analytics");
    expect(await found(image)).toEqual([]);
    expect(await found(query)).toEqual(shown(2, 3));
  });

  test.each(["basic", "none"])("who falls to %s is absent at once; what others said stays", async (tier) => {
    await world.grant(ORGANIZATION, ann, "research");
    expect(await found(query)).toEqual(shown(2, 3));
    await world.grant(ORGANIZATION, ann, tier);
    expect(await found(query)).toEqual(shown(1));
    expect(await isolate().search(ORGANIZATION, { like: shown(3)[0] })).toMatchObject({
      failure: { code: "not_found" },
    });
  });

  test("a text whose newest records are all withdrawn, and which has more, makes the answer truncated", async () => {
    await world.grant(ORGANIZATION, ann, "none");
    const many = Array.from({ length: 500 }, (_, index) => ({
      ...recordAt(START_MS + TEXTS + index, 2 * TEXTS + index),
      textHash: "both",
      vector: wordVector("hand me the cup"),
      subjectRef: ann,
    }));
    await world.asOwner(storeSearchables(ORGANIZATION, many));
    expect(await isolate().find(ORGANIZATION, query)).toMatchObject({ hits: [], truncated: true });
    await world.grant(ORGANIZATION, ann, "analytics");
    expect(await isolate().find(ORGANIZATION, { ...query, limit: 1 })).toMatchObject({
      hits: [{ id: `inf_${many.at(-1)?.id}` }],
      truncated: false,
    });
  });

  test("who withdrew hides nobody behind them: the index is asked to go on", async () => {
    const phrase = "calibrate the spectrometer";
    const withdrawn = Array.from({ length: 30 }, (_, index) => ({
      ...recordAt(START_MS, 4 * TEXTS + index),
      textHash: `withdrawn ${index}`,
      vector: wordVector(`${phrase} ${index}`),
      subjectRef: bob,
    }));
    await world.asOwner(storeSearchables(LARGE, withdrawn));
    await world.grant(LARGE, bob, "none");
    const byIndex = new Isolate(world.app, { SEARCH_EXACT_VECTORS: 1000, SEARCH_EF_SEARCH: 12 });
    const answer = await byIndex.find(LARGE, { vector: [...wordVector(phrase)], limit: 1 });
    expect(answer).toMatchObject({ index: "hnsw", truncated: false });
    expect(answer.hits).toHaveLength(1);
  });
});

describe("the vector of a query", () => {
  const hits = "headgate_query_vectors_total{text,hit}";
  const misses = "headgate_query_vectors_total{text,miss}";

  test("is asked for once in five minutes, by one organization", async () => {
    const isolate = new Isolate(world.app);
    await isolate.find(LARGE, { text: "Pick up the red cup" });
    await isolate.clock.advance(5 * MINUTE_MS - 1);
    await isolate.find(LARGE, { text: " pick up  the red cup" });
    expect(isolate.asked).toHaveLength(1);
    await isolate.find(SMALL, { text: "pick up the red cup" });
    expect(isolate.asked).toHaveLength(2);
    await isolate.clock.advance(1);
    await isolate.find(LARGE, { text: "pick up the red cup" });
    expect(isolate.asked).toHaveLength(3);
    expect([isolate.meter.counts.get(hits), isolate.meter.counts.get(misses)]).toEqual([1, 3]);
  });

  test("cannot be had without a runner, and need not be where it is given", async () => {
    const isolate = new Isolate(world.app);
    isolate.runnerIsUp = false;
    expect(await isolate.search(LARGE, { text: "cup" })).toMatchObject({
      failure: { code: "no_capacity", retryAfterSeconds: 1 },
    });
    expect((await isolate.find(LARGE, { vector: [...wordVector("cup")] })).hits).toHaveLength(10);
  });

  test("of a picture goes through the gate of pictures", async () => {
    const isolate = new Isolate(world.app);
    for (const [image, rule] of [
      ["###", "image.not_base64"],
      [btoa("no picture"), "image.unsupported_format"],
    ])
      expect(await isolate.search(LARGE, { image })).toMatchObject({
        failure: {
          code: "gate_image",
          errors: [{ pointer: "/image", detail: expect.stringContaining(rule ?? "") }],
        },
      });
    expect(isolate.asked).toEqual([]);
  });
});

test("without Postgres the answer is storage_unavailable, to be tried again", async () => {
  const away = async () => failed({ kind: "unavailable", detail: "" } as const);
  const isolate = new Isolate({ forOrg: away, platform: away });
  expect(await isolate.search(LARGE, { text: "cup" })).toMatchObject({
    failure: { code: "storage_unavailable", retryAfterSeconds: 1 },
  });
});

test.each([
  [{}, ""],
  [{ text: "cup", like: idOf(1) }, ""],
  [{ text: " \n" }, "/text"],
  [{ text: "cup", in: "image" }, "/in"],
  [{ vector: Array(512).fill(1), in: "text" }, "/in"],
  [{ vector: [1, 2, 3] }, "/vector"],
  [{ vector: Array(384).fill(0) }, "/vector"],
  [{ like: "fb_1" }, "/like"],
  [{ text: "cup", filter: { from: "2026-01-02T00:00:00Z", to: "2026-01-02T00:00:00Z" } }, "/filter/to"],
])("a query in which %#: something is wrong is refused where it is", async (body, pointer) => {
  expect(await new Isolate(world.app).search(LARGE, body)).toMatchObject({
    failure: { code: "invalid_request", errors: [{ pointer }] },
  });
});

test("the smallest and the largest numbers of a vector are compared, not failed upon", async () => {
  const isolate = new Isolate(world.app);
  for (const number of [1e-200, 1e6])
    for (const distance of ["cosine", "euclidean"]) {
      const { hits } = await isolate.find(LARGE, { vector: Array(384).fill(number), distance });
      expect(hits.every((hit) => Number.isFinite(hit.distance) && Number.isFinite(hit.score))).toBe(true);
    }
});

test("statistics are brought up to date once a table has grown, and not again", async () => {
  await world.asOwner(sql`delete from embeddings_image`);
  const analyzed = async () => {
    const answer = await world.app.platform(sql`select analyze_changed_tables() as tables`);
    return answer.ok ? answer.value[0]?.tables : answer.failure;
  };
  expect(await analyzed()).toBeGreaterThan(0);
  expect(await analyzed()).toBe(0);
});

test("an index of the kind that is wished for is built where it is another; IVFFlat finds as much, and is named", async () => {
  const oid = async () =>
    (await world.asOwner(sql`select 'embeddings_text_cosine'::regclass::oid as oid`))[0]?.oid;
  const built = await oid();
  await world.wishForIndex("hnsw");
  expect(await oid()).toBe(built);
  await world.wishForIndex("ivfflat");
  const isolate = new Isolate(world.app, { SEARCH_EXACT_VECTORS: 0 });
  for (const organization of [LARGE, SMALL]) {
    const { recall, index } = await meanRecall(isolate, organization, "cosine");
    expect(index).toBe("ivfflat");
    expect(recall).toBeGreaterThan(0.95);
  }
});
