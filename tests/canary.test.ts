import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONSENT_TIERS, type ConsentTier, type Keepable, mayKeep } from "../functions/contracts/tiers.ts";
import { createCanaries, markedPng } from "./support/canaries.ts";
import { type Cell, foundNeighbor, openCell, storedRows } from "./support/cell.ts";
import { act, ask, idOf, makeKey } from "./support/client.ts";
import { whileStalled } from "./support/faults.ts";
import { askRedis, searchFiles, searchStores } from "./support/searchStores.ts";
import { filesHolding } from "./support/traces.ts";
import { until } from "./support/until.ts";

// What is sent in each field, at each tier, by a named person and by a stream that shows nobody, lies where
// this table says, and nowhere else.

interface Stream {
  readonly tier: ConsentTier;
  /** Whose data it is: nobody's, or a person's who has that tier, or whom the ledger does not know. */
  readonly whose: "nobody" | "a person" | "a stranger";
}
/** Where a field's content may lie, once its stream keeps that part; the first place must hold it then. */
interface Keeping {
  readonly part: Keepable;
  readonly places: readonly string[];
}

const NOWHERE: Keeping | null = null;
const TEXT: Keeping = { part: "text", places: ["inference_bodies.payload", "outbox"] };
const SAID: Keeping = { part: "text", places: ["feedback.body"] };

const FIELDS: Readonly<Record<string, Keeping | null>> = {
  "act instruction": TEXT,
  "act state": { part: "action", places: ["inference_bodies.payload", "outbox"] },
  "act episode_id": { part: "metadata", places: ["inferences.episode_id", "feedback.episode_id", "outbox"] },
  "act environment": { part: "metadata", places: ["inferences.environment", "outbox"] },
  "act image pixels": { part: "image", places: ["r2"] },
  "act image metadata": NOWHERE,
  "act camera name": { part: "image", places: ["inferences.image_cameras", "r2"] },
  "act camera pixels": { part: "image", places: ["r2"] },
  "act camera metadata": NOWHERE,
  "act subject": NOWHERE,
  "act query string": NOWHERE,
  "act idempotency-key": NOWHERE,
  "act user-agent": NOWHERE,
  "act tracestate": NOWHERE,
  "act other header": NOWHERE,
  "feedback comment": SAID,
  "feedback text": SAID,
  "feedback before": SAID,
  "feedback after": SAID,
  "feedback reason": SAID,
  "feedback actions": { part: "action", places: ["feedback.body"] },
  "feedback idempotency-key": NOWHERE,
  "search text": NOWHERE,
  "search image pixels": NOWHERE,
  "list query": NOWHERE,
};

/** What administrators write is theirs to read again. */
const ADMINISTRATION: Readonly<Record<string, readonly string[]>> = {
  "key name": ["api_keys.name"],
  "key default subject": [],
  "key text": [],
  "organization name": ["organizations.name", "audit_log.detail"],
  "consent subject": [],
  "notice version": ["consent_notices.version", "consent_events.notice_version", "audit_log.target"],
  "notice text": ["consent_notices.text"],
  "audit query": [],
};

const STREAMS: readonly Stream[] = [
  ...CONSENT_TIERS.flatMap((tier): Stream[] => [
    { tier, whose: "nobody" },
    { tier, whose: "a person" },
  ]),
  { tier: "none", whose: "a stranger" },
];
const nameOf = (field: string, { tier, whose }: Stream): string => `${field}, ${tier}, ${whose}`;

/** Text of a person is withheld at every tier: there is no anonymizer for it yet. */
const keeps = ({ tier, whose }: Stream, part: Keepable): boolean =>
  mayKeep(tier, part) && (whose === "nobody" || part !== "text");

const canaries = createCanaries();
const instructions = new Map<Stream, string>();
let cell: Cell;
let found = new Map<string, Set<string>>();

beforeAll(async () => {
  cell = await openCell({
    LOG_LEVEL: "debug",
    FRAME_PACK_MAX_AGE_MS: "100",
    BODY_COMPRESS_OVER_BYTES: "10240",
  });
  for (const tier of CONSENT_TIERS) await sendEverything(tier);
  cell.stack.runScheduled();
  found = await searchStores(cell, canaries.namesIn);
});
afterAll(() => cell?.close());

/** All requests of an organization whose streams, and one person, have that tier. */
async function sendEverything(tier: ConsentTier): Promise<void> {
  const { url } = cell.stack;
  const { adminKey } = await foundNeighbor(cell);
  const admin = (method: string, path: string, body: unknown) =>
    ask(url + path, { key: adminKey, method, body });
  const personFree = { tier, legal_basis: "no_personal_data" };
  expect((await admin("PATCH", "/v1/organization", { person_free: personFree })).status).toBe(200);
  if (tier === "research") await administer(admin, adminKey);
  for (const stream of STREAMS.filter((each) => each.tier === tier))
    await sendStream(stream, admin, adminKey);
}

type Send = (method: string, path: string, body: unknown) => ReturnType<typeof ask>;

async function administer(send: Send, adminKey: string): Promise<void> {
  const word = (field: string) => canaries.word(field);
  const version = word("notice version");
  const subject = word("consent subject");
  const { key } = await makeKey(
    { url: cell.stack.url, adminKey },
    { name: word("key name"), defaults: { subject: word("key default subject") } },
  );
  expect(key).toMatch(/^hg_/);
  const answers = [
    await send("PATCH", "/v1/organization", { name: word("organization name") }),
    await send("PUT", `/v1/notices/${version}`, { language: "en", text: word("notice text") }),
    await send("PUT", `/v1/consent/${subject}`, { tier: "basic", notice_version: version }),
    await send("GET", `/v1/consent/${subject}/receipt`, undefined),
    await send("GET", `/v1/audit?actor=${word("audit query")}`, undefined),
  ];
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
}

async function sendStream(stream: Stream, send: Send, key: string): Promise<void> {
  const { url } = cell.stack;
  const word = (field: string) => canaries.word(nameOf(field, stream));
  const number = (field: string) => canaries.number(nameOf(field, stream));
  const picture = (field: string, metadata: string) =>
    markedPng(word(field), word(metadata)).toString("base64");
  const subject = word("act subject");
  if (stream.whose === "a person") {
    // Whoever has `none` has withdrawn.
    for (const tier of ["research", stream.tier]) await send("PUT", `/v1/consent/${subject}`, { tier });
  }

  const episode_id = word("act episode_id");
  const instruction = `pick up ${word("act instruction")}`;
  instructions.set(stream, instruction);
  const served = await act(
    `${url}`,
    key,
    {
      instruction,
      image: picture("act image pixels", "act image metadata"),
      images: { [word("act camera name")]: picture("act camera pixels", "act camera metadata") },
      state: [number("act state"), 0, 0, 0, 0, 0, 0, 0],
      episode_id,
      environment: word("act environment"),
      step: 0,
      ...(stream.whose === "nobody" ? {} : { subject }),
    },
    {
      "idempotency-key": word("act idempotency-key"),
      "user-agent": word("act user-agent"),
      tracestate: `v=${word("act tracestate")}`,
      "x-other": word("act other header"),
    },
  );
  expect([served.status, served.body.recorded]).toEqual([200, stream.tier !== "none"]);
  await ask(`${url}/v1/act?q=${word("act query string")}`, { key, method: "POST", body: {} });
  const read = () => ask(`${url}/v1/inferences/${idOf(served)}`, { key });
  if (stream.tier === "none") expect((await read()).status).toBe(404);
  else {
    await until("the record is stored with what it keeps", async () => {
      const { status, body } = await read();
      return status === 200 && body.image !== "pending";
    });
  }
  await sayWords(stream, idOf(served), word, number, send);
  const search = picture("search image pixels", "search image metadata");
  await send("POST", "/v1/search", { text: word("search text") });
  await send("POST", "/v1/search", { image: search });
  await send("GET", `/v1/inferences?episode_id=${word("list query")}`, undefined);
}

/** Feedback of the kinds that take words, about the exchange; where nothing was kept there is nothing to be about. */
async function sayWords(
  { tier }: Stream,
  inference_id: string,
  word: (field: string) => string,
  number: (field: string) => number,
  send: Send,
): Promise<void> {
  const step = [0.01, 0, 0, 0, 0, 0, 1];
  const bodies = [
    { type: "rating", rating: 4, comment: word("feedback comment") },
    { type: "correction", text: word("feedback text") },
    { type: "edit", before: { a: word("feedback before") }, after: [word("feedback after")] },
    {
      type: "intervention",
      at_step: 1,
      actions: [[number("feedback actions") / 100, ...step.slice(1)]],
      reason: word("feedback reason"),
    },
  ];
  for (const body of bodies) {
    const answer = await send("POST", "/v1/feedback", { inference_id, ...body });
    expect([body.type, answer.status]).toEqual([body.type, tier === "none" ? 404 : 201]);
  }
  await ask(`${cell.stack.url}/v1/feedback`, {
    key: cell.stack.adminKey,
    method: "POST",
    headers: { "idempotency-key": word("feedback idempotency-key") },
    body: { type: "thumbs", inference_id, thumbs: "up" },
  });
}

test("of what was not kept there is no hash of its words, no row and no picture", async () => {
  const unkept = STREAMS.filter(({ tier }) => tier === "none").map(
    (stream) => instructions.get(stream) ?? "",
  );
  expect(unkept).toHaveLength(3);
  const hashes = unkept.map((instruction) => createHash("sha256").update(instruction).digest("hex"));
  expect(filesHolding(cell.stack.dataDir, hashes)).toEqual([]);
  const rows = await storedRows(cell.asOwner);
  expect(rows).toHaveLength(STREAMS.length - unkept.length);
});

test("a dead letter holds what was sealed, its picture as ciphertext, and nothing more", async () => {
  const letters = createCanaries();
  const word = (field: string) => letters.word(field);
  const edge = await cell.addEdge({ OUTBOX_DEAD_AFTER_MS: "1", OUTBOX_DRAIN_DELAY_MS: "500" });
  const { key } = cell.stack;
  expect((await act(edge.url, key)).body.recorded).toBe(true);
  const body = {
    instruction: `pick up ${word("instruction")}`,
    image: markedPng(word("pixels"), word("metadata")).toString("base64"),
    images: { [word("camera")]: markedPng(word("others"), word("others' metadata")).toString("base64") },
    episode_id: word("episode_id"),
  };
  await whileStalled(cell.stack.parts.postgres, async () => {
    const answer = await act(edge.url, key, body, { "user-agent": word("user-agent") });
    expect(answer.body.recorded).toBe(true);
    const lies = () => searchFiles(cell.stack.dataDir, letters.namesIn).get("episode_id");
    await until("the letter is written", async () => lies()?.has("r2") === true);
  });
  const places = searchFiles(cell.stack.dataDir, letters.namesIn);
  expect([...places.keys()].toSorted()).toEqual(["episode_id", "instruction"]);
  for (const where of places.values()) {
    expect(where).toContain("r2");
    // Postgres may still have done what nobody waited for any more.
    for (const place of where) expect(["outbox", "r2", "postgres files"]).toContain(place);
  }
});

/** Tables lie in files, so what may be in one may be in the other. */
const withFiles = (places: readonly string[]): readonly string[] =>
  places.some((place) => place.includes(".")) ? [...places, "postgres files"] : places;

const placesOf = (name: string): string[] => [...(found.get(name) ?? [])];

describe.each(STREAMS)("what is kept at tier $tier of $whose", (stream) => {
  test.each(Object.entries(FIELDS))("%s", (field, keeping) => {
    const places = placesOf(nameOf(field, stream));
    const kept = keeping !== null && keeps(stream, keeping.part);
    const may = kept ? withFiles(keeping.places) : [];
    expect(places.filter((place) => !may.includes(place))).toEqual([]);
    if (kept) expect(places).toContain(keeping.places[0]);
  });
});

test.each(Object.entries(ADMINISTRATION))("what an administrator writes: %s", (field, may) => {
  const places = placesOf(field);
  expect(places.filter((place) => !withFiles(may).includes(place))).toEqual([]);
  expect(places).toEqual(expect.arrayContaining([...may]));
});

test("what is planted in each kind of store is found there: the search can fail", async () => {
  const { dataDir, bindings } = cell.stack;
  const planted = createCanaries();
  const plant = (place: string) => planted.word(place);
  for (const [folder, place] of [
    ["edge/do/x", "outbox"],
    ["edge/r2/x", "r2"],
  ] as const) {
    mkdirSync(join(dataDir, folder), { recursive: true });
    writeFileSync(
      join(dataDir, folder, "planted.sqlite-wal"),
      `..${Buffer.from(plant(place)).toString("base64")}`,
    );
  }
  await askRedis(bindings, ["HSET", "planted", "field", plant("redis")]);
  await cell.asOwner(
    sql`update organizations set settings = jsonb_build_object('planted', ${plant("organizations.settings")}::text)`,
  );
  const packed = gzipSync(plant("inference_bodies.payload_gzip")).toString("hex");
  await cell.asOwner(sql`update inference_bodies set payload = null, payload_gzip = decode(${packed}, 'hex')
    where id = (select id from inference_bodies limit 1)`);
  const line = plant("log");
  const withLine: Cell = { ...cell, lines: [...cell.lines, `{"event":"${line}"}`] };
  const places = await searchStores(withLine, planted.namesIn);
  const expected = [
    "outbox",
    "r2",
    "redis",
    "organizations.settings",
    "inference_bodies.payload_gzip",
    "log",
  ];
  for (const place of expected)
    expect([place, [...(places.get(place) ?? [])]]).toEqual([place, expect.arrayContaining([place])]);
  expect(places.get("organizations.settings")).toContain("postgres files");
  expect(planted.namesIn(`m{a="${plant("metrics")}"} 1`)).toEqual(["metrics"]);
});
