/** An outbox, a real Postgres and a bucket in memory, for the tests of the drain. */
import { type SQL, sql } from "drizzle-orm";
import { connectDatabase } from "../../../drizzle/connect.ts";
import { recordingMeter, unwrap } from "../../../drizzle/testKit.ts";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import { startMigratedDatabase } from "../../../local/postgres/testMigrated.ts";
import { newUuid } from "../../contracts/identifiers.ts";
import { done, failed } from "../../contracts/outcome.ts";
import type {
  Anonymizer,
  Database,
  EncodedPicture,
  ObjectStore,
  Outbox,
  Row,
  Runner,
  Tensor,
} from "../../contracts/ports.ts";
import type { OutboxEntry } from "../../contracts/records.ts";
import type { ConsentTier } from "../../contracts/tiers.ts";
import { systemRandom, TestClock, testConfiguration } from "../../guard/leases/testWorld.ts";
import { sampleImage } from "../../guard/privacy/testImages.ts";
import { type ServedExchange, seal } from "../../guard/seal/seal.ts";
import { appendRequestOf } from "../outbox/appendRequest.ts";
import { EntryQueue } from "../outbox/entryQueue.ts";
import { memorySql } from "../outbox/testLocalSql.ts";
import { type DrainReport, drainOutbox } from "./drainOutbox.ts";
import type { DrainPorts } from "./drainPorts.ts";

const DATABASE_TIMEOUT_MS = 10_000;
const SEED = "5eed".repeat(16);
const VECTOR_LENGTHS: Readonly<Record<string, number>> = {
  "lexical-384": 384,
  "minilm-l6-384": 384,
  "visual-512": 512,
  "clip-vit-b32-512": 512,
};
const HASH_MODEL = "perceptual-64";
const HASH_BITS = 64;

/** How a part behaves: as it should; away; or it does what it is asked and its answer is lost. */
export type PartMode = "up" | "away" | "answers_lost";

/** The database of one test file, migrated. */
export async function startDrainDatabase(): Promise<{ app: Database; embedded: TestDatabase }> {
  const embedded = await startMigratedDatabase();
  const { httpUrl } = embedded;
  const app = connectDatabase({
    url: embedded.url("headgate_app"),
    httpUrl,
    timeoutMs: DATABASE_TIMEOUT_MS,
    meter: recordingMeter(),
  });
  return { app, embedded };
}

/** One organization's outbox, and everything round it. */
export class DrainWorld {
  readonly organizationId = newUuid({ now: Date.now, sleep: async () => undefined }, systemRandom);
  readonly clock = new TestClock(Date.now());
  readonly meter = recordingMeter();
  readonly objects = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly modes: Record<"postgres" | "bucket" | "runner" | "anonymizer", PartMode> = {
    postgres: "up",
    bucket: "up",
    runner: "up",
    anonymizer: "up",
  };
  /** What the hash model answers for a picture, by its bytes; null: the runner does not have that model. */
  hashOf: ((picture: Uint8Array) => number[]) | null = () =>
    Array.from({ length: HASH_BITS }, (_, bit) => bit % 2);
  /** Pictures that the anonymizer was given, and what it does with each. */
  anonymized = 0;
  onAnonymize: (picture: EncodedPicture) => Awaited<ReturnType<Anonymizer["anonymize"]>> = done;
  readonly queue: EntryQueue;
  readonly ports: DrainPorts;
  readonly #app: Database;
  #steps = 0;
  #versions = 0;

  constructor(app: Database, changes: Record<string, unknown> = {}) {
    this.#app = app;
    const configuration = testConfiguration({ ANONYMIZE_PICTURES_OF: "everybody", ...changes });
    this.queue = this.newQueue();
    this.ports = {
      clock: this.clock,
      random: systemRandom,
      configuration,
      meter: this.meter,
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: () => undefined,
      },
      database: this.#database(),
      objectStore: this.#objectStore(),
      runner: this.#runner(),
      anonymizer: this.#anonymizer(),
    };
  }

  newQueue(): EntryQueue {
    const { OUTBOX_MAX_ENTRIES: maxEntries, DUPLICATE_WINDOW_MS: duplicateWindowMs } = testConfiguration();
    return new EntryQueue(memorySql(), { maxEntries, duplicateWindowMs });
  }

  /** What the ledger says from now on; `subjectRef` '' is the person-free stream. */
  async setTier(tier: ConsentTier, { subjectRef = "", seed = SEED } = {}): Promise<string> {
    this.#versions += 1;
    const event = newUuid(this.clock, systemRandom);
    const version = this.#versions;
    await this.query(
      sql`insert into organizations (id, name, slug, cell) values (${this.organizationId}, 'x', ${this.organizationId}, 'local')
        on conflict do nothing`,
      sql`insert into consent_events (id, organization_id, subject_ref, tier, version, legal_basis, actor_key_id)
        values (${event}, ${this.organizationId}, ${subjectRef}, ${tier}, ${version}, 'consent', 'aaaaaaaa')`,
      sql`insert into consent_current (organization_id, subject_ref, tier, version, consent_event_id, legal_basis, key_seed)
        values (${this.organizationId}, ${subjectRef}, ${tier}, ${version}, ${event}, 'consent', decode(${seed}, 'hex'))
        on conflict (organization_id, subject_ref) do update set tier = excluded.tier, version = excluded.version,
          consent_event_id = excluded.consent_event_id, key_seed = excluded.key_seed`,
    );
    return event;
  }

  /** Seals an exchange like no other under a consent, as the serving path does. */
  async seal(
    eventId: string,
    tier: ConsentTier = "research",
    changes: Partial<ServedExchange> = {},
    subjectRef: string | null = null,
  ): Promise<OutboxEntry> {
    this.#steps += 1;
    // Ids sort by their time.
    this.clock.nowMs += 1;
    const exchange: ServedExchange = {
      ...exchangeOf(this.organizationId, newUuid(this.clock, systemRandom), this.#steps, this.clock.now()),
      ...changes,
    };
    const entry = await seal(exchange, { tier, eventId, subjectRef, keySeed: SEED }, testConfiguration());
    if (entry === null) throw new Error("Nothing was sealed.");
    return entry;
  }

  append(entry: OutboxEntry, queue = this.queue) {
    return queue.append([appendRequestOf(entry)], this.clock.now())[0];
  }

  /** The outbox as the replay meets it. */
  readonly outbox: Outbox = {
    append: async (entry) => this.append(entry) ?? { kind: "unavailable", reason: "error" },
  };

  drain(queue = this.queue): Promise<DrainReport> {
    return drainOutbox(queue, `${this.organizationId}:0`, this.ports);
  }

  /** Drains until nothing waits, as alarms do; fails where that has no end. */
  async drainAll(queue = this.queue): Promise<void> {
    for (let round = 0; round < 12; round += 1) {
      const report = await this.drain(queue);
      if (!report.waiting) return;
      this.clock.nowMs += report.nextDrainInMs;
    }
    throw new Error("The outbox does not come to its end.");
  }

  async query(...statements: SQL[]): Promise<Row[]> {
    return unwrap(await this.#app.forOrg(this.organizationId, statements)).at(-1) ?? [];
  }

  rows(): Promise<Row[]> {
    return this.query(sql`
      select i.id, i.tier, i.image_state, i.text_state, i.image_key, b.id is not null as has_body,
        (select count(*)::int from embeddings_text_records t where t.inference_id = i.id) as texts,
        (select count(*)::int from embeddings_image e where e.inference_id = i.id) as images
      from inferences i left join inference_bodies b on b.id = i.id order by i.id`);
  }

  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix));
  }

  #database(): Database {
    const away = failed({ kind: "unavailable", detail: "away" } as const);
    return {
      forOrg: async (organizationId, statements) => {
        if (this.modes.postgres === "away") return away;
        const answer = await this.#app.forOrg(organizationId, statements);
        return this.modes.postgres === "up" ? answer : away;
      },
      platform: async () => away,
    };
  }

  #objectStore(): ObjectStore {
    const away = failed({ kind: "timeout", detail: "away" } as const);
    const ifUp = async <Value>(work: () => Value) => (this.modes.bucket === "up" ? done(work()) : away);
    return {
      put: (key, body) =>
        ifUp(() => {
          this.objects.set(key, body);
          return undefined;
        }),
      get: (key, range) =>
        ifUp(() => {
          const object = this.objects.get(key) ?? null;
          if (object === null || range === undefined) return object;
          return object.slice(range.offsetBytes, range.offsetBytes + range.lengthBytes);
        }),
      delete: (keys) =>
        ifUp(() => {
          for (const key of keys) this.objects.delete(key);
          return undefined;
        }),
      list: (prefix) => ifUp(() => ({ keys: this.keys(prefix), cursor: null })),
    };
  }

  #runner(): Runner {
    return {
      infer: async ({ model, inputs }) => {
        if (this.modes.runner !== "up") return failed({ kind: "no_capacity", detail: "away" });
        if (model === HASH_MODEL) return this.#hashes(inputs[0]);
        const shape = [inputs[0]?.shape[0] ?? 0, VECTOR_LENGTHS[model] ?? 0];
        const data = new Float32Array((shape[0] ?? 0) * (shape[1] ?? 0)).fill(0.5);
        const outputs = [{ name: "embedding", datatype: "FP32" as const, shape, data }];
        return done({ model, modelVersion: "1", outputs, queueMs: null, computeMs: null });
      },
    };
  }

  /** Finds nothing to cover in any picture, or does with it what a test wants. */
  #anonymizer(): Anonymizer {
    return {
      anonymize: async (picture) => {
        if (this.modes.anonymizer !== "up") return failed({ kind: "no_capacity", detail: "away" });
        this.anonymized += 1;
        return this.onAnonymize(picture);
      },
    };
  }

  #hashes(pictures: Tensor | undefined): Awaited<ReturnType<Runner["infer"]>> {
    const { hashOf } = this;
    if (hashOf === null) return failed({ kind: "unknown_model", detail: "the runner answered 404" });
    const items = pictures?.datatype === "BYTES" ? pictures.data : [];
    const data = Float32Array.from(items.flatMap(hashOf));
    const outputs = [{ name: "bits", datatype: "FP32" as const, shape: [items.length, HASH_BITS], data }];
    return done({ model: HASH_MODEL, modelVersion: "1", outputs, queueMs: null, computeMs: null });
  }
}

const exchangeOf = (
  organizationId: string,
  id: string,
  step: number,
  createdAtMs: number,
): ServedExchange => ({
  id,
  createdAtMs,
  organizationId,
  contentHash: id,
  metadata: {
    keyId: "aaaaaaaa",
    source: "act",
    status: "served",
    model: "visual-servo",
    modelVersion: "1",
    origin: "runner",
    robotType: "franka",
    actionSpace: "ee_delta",
    frame: "camera",
    units: "metric",
    gripperConvention: "zero_closed_one_open",
    normKey: "metric",
    controlHz: 15,
    chunkSize: 1,
    episodeId: null,
    step,
    environment: null,
    capturedAtMs: null,
    warnings: [],
    admitMs: 1,
    runnerQueueMs: null,
    runnerComputeMs: null,
    inferMs: 4,
    traceId: "0".repeat(32),
    configurationHash: "hash",
  },
  actions: [[0.01, 0, 0, 0, 0, 0, 1]],
  state: null,
  safetyScore: 0.7,
  safetyChecks: [],
  instruction: "move to the red block",
  images: [{ camera: "primary", bytes: sampleImage("png") }],
});
