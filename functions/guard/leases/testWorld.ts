/** A cell in memory for the tests of this wing: an injected clock, the local Redis store, a Postgres of maps. */
import { PgDialect } from "drizzle-orm/pg-core";
import { CommandError, type Reply, Status } from "../../../local/redis/replies.ts";
import { Store } from "../../../local/redis/store.ts";
import { type Configuration, readConfiguration } from "../../contracts/configuration.ts";
import type { Meter } from "../../contracts/metrics.ts";
import { done, failed } from "../../contracts/outcome.ts";
import type { Clock, Database, KeyValue, KeyValueFailure, Random } from "../../contracts/ports.ts";
import type { Scope } from "../../contracts/scopes.ts";
import type { ConsentTier } from "../../contracts/tiers.ts";
import { createSubjectDigester } from "../consent/subjectDigest.ts";
import { createKeyDigester } from "../identity/digestKey.ts";
import { makeKeyText } from "../identity/keyText.ts";
import type { Admission, AdmissionRequest } from "./admission.ts";
import { type Admitter, createAdmitter } from "./createAdmitter.ts";
import { entryOfOrganization, organizationFields, publishEntry } from "./entries.ts";
import type { OrganizationLimits } from "./facts.ts";

export const SECRET = "A".repeat(43);
export const ORGANIZATION = "01990000-0000-7000-8000-000000000001";

export const testConfiguration = (changes: Record<string, unknown> = {}): Configuration =>
  readConfiguration({
    KEY_PEPPERS: `1:${SECRET}`,
    SUBJECT_SECRET: SECRET,
    PENDING_SECRET: SECRET,
    SIGNING_SECRET: SECRET,
    DATABASE_URL: "postgres://nowhere",
    UPSTASH_REDIS_REST_URL: "http://nowhere",
    UPSTASH_REDIS_REST_TOKEN: "x",
    RUNNER_URLS: "http://nowhere",
    ...changes,
  });

export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  nowMs: number;
  #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  now(): number {
    return this.nowMs;
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ atMs: this.nowMs + durationMs, wake }));
  }

  /** Drops everybody who sleeps, as the end of an isolate does. */
  forget(): void {
    this.#sleepers = [];
  }

  /** Moves on, waking sleepers in their order and letting what they start come to rest. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.nowMs + durationMs;
    for (;;) {
      this.#sleepers.sort((left, right) => left.atMs - right.atMs);
      const [next] = this.#sleepers;
      if (next === undefined || next.atMs > endMs) break;
      this.#sleepers.shift();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.wake();
      await settle();
    }
    this.nowMs = endMs;
    await settle();
  }
}

/** Lets promises that are under way come to rest; those that wait for the clock stay. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const plain = (reply: Reply): unknown => {
  if (Array.isArray(reply)) return reply.map(plain);
  return reply instanceof Status ? reply.text : reply;
};

/** The local store as the key-value port: counted, and able to fail. */
export class TestRedis implements KeyValue {
  readonly calls: string[] = [];
  failure: KeyValueFailure | null = null;
  /** Runs before each script, as whatever happens while a call is on its way. */
  before: (script: string) => Promise<void> | void = () => {};
  #store: Store;
  readonly #clock: TestClock;

  constructor(clock: TestClock) {
    this.#clock = clock;
    this.#store = this.#empty();
  }

  /** Loses everything. */
  lose(): void {
    this.#store = this.#empty();
  }

  command(...words: (string | number)[]): unknown {
    return plain(this.#store.run(words.map(String)));
  }

  async run(...[script, keys, args]: Parameters<KeyValue["run"]>): ReturnType<KeyValue["run"]> {
    this.calls.push(script.name);
    await this.before(script.name);
    if (this.failure !== null) return failed(this.failure);
    const reply = this.#store.run(["EVAL", script.source, String(keys.length), ...keys, ...args.map(String)]);
    if (reply instanceof CommandError) throw reply;
    return done(plain(reply));
  }

  async pipeline(commands: Parameters<KeyValue["pipeline"]>[0]): ReturnType<KeyValue["pipeline"]> {
    this.calls.push("pipeline");
    if (this.failure !== null) return failed(this.failure);
    return done(commands.map((command) => this.command(...command)));
  }

  #empty(): Store {
    return new Store({ now: () => this.#clock.now(), log: { append: () => {} } });
  }
}

interface KeyRow {
  [column: string]: unknown;
  version: number;
  revoked: boolean;
}

const UNLIMITED: OrganizationLimits = {
  version: 1,
  ratePerSecond: null,
  quotaPerMonth: null,
  concurrency: null,
};

interface TierRow {
  readonly tier: ConsentTier;
  readonly version: number;
}

/** Answers `admission_facts` from maps; counted, and able to fail. */
export class TestPostgres implements Database {
  readonly keys = new Map<string, KeyRow>();
  readonly tiers = new Map<string, TierRow>();
  usedThisMonth = 0;
  keyUsedThisMonth = 0;
  organization: OrganizationLimits = UNLIMITED;
  reads = 0;
  away = false;
  readonly #dialect = new PgDialect();

  forOrg(): never {
    throw new Error("admission never enters an organization");
  }

  async platform(statement: Parameters<Database["platform"]>[0]): ReturnType<Database["platform"]> {
    this.reads += 1;
    if (this.away) return failed({ kind: "unavailable", detail: "test" });
    const { params } = this.#dialect.sqlToQuery(statement);
    const key = this.keys.get(String(params[0]));
    if (key === undefined) return done([]);
    const tier = this.tiers.get(String(params[1]));
    return done([
      {
        ...key,
        organization_version: String(this.organization.version),
        organization_rate_per_second: this.organization.ratePerSecond,
        organization_quota_per_month: this.organization.quotaPerMonth,
        organization_concurrency: this.organization.concurrency,
        used_this_month: String(this.usedThisMonth),
        key_used_this_month: String(this.keyUsedThisMonth),
        subject_ref: params[1] === "" ? "" : `ref-of-${params[1]}`,
        tier: tier?.tier ?? "none",
        consent_version: String(tier?.version ?? 0),
        consent_event_id: tier === undefined ? null : ORGANIZATION,
        key_seed: tier === undefined ? null : "ab".repeat(32),
      },
    ]);
  }
}

/** Counts what the meter is told, by name and label values. */
export class TestMeter implements Meter {
  readonly counts = new Map<string, number>();

  count(name: string, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    const key = [name, ...Object.values(labels)].join(" ");
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }

  observe(): void {}
  set(): void {}
}

interface KeyOptions {
  readonly scopes?: readonly Scope[];
  readonly ratePerSecond?: number;
  readonly quotaPerMonth?: number;
  readonly concurrency?: number;
  readonly cidrs?: readonly string[];
  readonly maxTier?: ConsentTier;
  readonly expiresAtMs?: number;
  readonly defaults?: Readonly<Record<string, string>>;
}

export class TestWorld {
  readonly clock: TestClock;
  readonly redis: TestRedis;
  readonly postgres = new TestPostgres();
  readonly meter = new TestMeter();
  readonly configuration: Configuration;

  constructor(settings: Record<string, unknown> = {}, nowMs = Date.UTC(2025, 5, 15, 12)) {
    this.clock = new TestClock(nowMs);
    this.redis = new TestRedis(this.clock);
    this.configuration = testConfiguration(settings);
  }

  /** One more isolate of the cell. */
  isolate(): Admitter {
    const { clock, redis, postgres, meter, configuration } = this;
    return createAdmitter({
      clock,
      random: systemRandom,
      database: postgres,
      keyValue: redis,
      meter,
      configuration,
    });
  }

  async addKey(options: KeyOptions = {}): Promise<{ text: string; keyId: string; row: KeyRow }> {
    const { text, keyId } = makeKeyText("local", "test", systemRandom);
    const { digest, pepperVersion } = await createKeyDigester(this.configuration.KEY_PEPPERS).newest(text);
    const row: KeyRow = {
      organization_id: ORGANIZATION,
      key_uuid: "01990000-0000-7000-8000-0000000000aa",
      digest,
      pepper_version: pepperVersion,
      scopes: options.scopes ?? ["act:invoke"],
      revoked: false,
      expires_at_ms: options.expiresAtMs === undefined ? null : String(options.expiresAtMs),
      version: 1,
      rate_per_second: options.ratePerSecond ?? null,
      quota_per_month: options.quotaPerMonth === undefined ? null : String(options.quotaPerMonth),
      concurrency: options.concurrency ?? null,
      cidrs: options.cidrs ?? [],
      defaults: options.defaults ?? {},
      max_tier: options.maxTier ?? null,
    };
    this.postgres.keys.set(keyId, row);
    return { text, keyId, row };
  }

  /** Changes the organization's limits, and tells Redis as setLimits does. */
  async setLimits(limits: Partial<Omit<OrganizationLimits, "version">>): Promise<void> {
    const { postgres, redis } = this;
    postgres.organization = {
      ...postgres.organization,
      ...limits,
      version: postgres.organization.version + 1,
    };
    const entry = entryOfOrganization(ORGANIZATION);
    const { version, ...fields } = postgres.organization;
    await publishEntry(redis, entry, "", version, organizationFields(fields));
  }

  async setTier(subject: string | null, tier: ConsentTier): Promise<string> {
    const digest = await createSubjectDigester(SECRET)(subject);
    const version = (this.postgres.tiers.get(digest)?.version ?? 0) + 1;
    this.postgres.tiers.set(digest, { tier, version });
    return digest;
  }
}

/** Work behind an answer runs on; one that fails is a bug and fails the test run. */
const background = (task: Promise<unknown>): void => void task;

/** One `act` request; what is not given is the plainest. */
export const ask = (admitter: Admitter, changes: Partial<AdmissionRequest> = {}): Promise<Admission> =>
  admitter.admit(
    {
      presentedKey: null,
      scope: "act:invoke",
      subject: null,
      address: null,
      idempotency: null,
      ...changes,
    },
    background,
  );

/** The code of a refusal, or the kind of any other admission. Admitted requests end at once. */
export function verdictOf(admission: Admission): string {
  if (admission.kind === "admitted") admission.grant.release();
  return admission.kind === "refused" ? admission.problem.code : admission.kind;
}
