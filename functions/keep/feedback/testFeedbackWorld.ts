/** An organization with exchanges, stored and waiting, and the operations of feedback over a real Postgres. */
import { type SQL, sql } from "drizzle-orm";
import { feedbackRequestSchema } from "../../contracts/feedbackRequest.ts";
import { newUuid, toPublicId } from "../../contracts/identifiers.ts";
import { done, failed } from "../../contracts/outcome.ts";
import type { Database, Row, WaitingRecords } from "../../contracts/ports.ts";
import type { ConsentTier } from "../../contracts/tiers.ts";
import { systemRandom, testConfiguration } from "../../guard/leases/testWorld.ts";
import { parseEntry } from "../../guard/seal/parseEntry.ts";
import { type ServedExchange, seal } from "../../guard/seal/seal.ts";
import { DrainWorld } from "../drain/testDrain.ts";
import { changeFeedback } from "./changeFeedback.ts";
import { listFeedback } from "./listFeedback.ts";
import { readFeedback } from "./readFeedback.ts";
import { readFeedbackStats } from "./readFeedbackStats.ts";
import { removeFeedback } from "./removeFeedback.ts";
import { changeFeedbackSchema, feedbackQuerySchema, feedbackStatsQuerySchema } from "./schema.ts";
import { submitFeedback } from "./submitFeedback.ts";

/** Eight steps that keep every bound of the sample exchange. */
export const servedChunk = Array.from({ length: 8 }, () => [0.01, 0, 0, 0, 0, 0, 1]);
export const operatorChunk = [
  [0, 0.02, 0, 0, 0, 0, 1],
  [0, 0.02, 0, 0, 0, 0, 0],
];

/** The code of a refusal. */
export const codeOf = (outcome: { ok: boolean; failure?: { code: string } }) => outcome.failure?.code;

export const thumbs = (inference_id: string, comment = "well done") => ({
  type: "thumbs",
  inference_id,
  thumbs: "up",
  comment,
});

export const takeover = (inference_id: string, change: object = {}) => ({
  type: "intervention",
  inference_id,
  at_step: 3,
  actions: operatorChunk,
  reason: "it went for the wrong cup",
  ...change,
});

/** One of each kind about an exchange of the episode `ep`; whatever is text says `canary`. */
export const everything = (inference_id: string) => [
  { type: "rating", inference_id, rating: 4, comment: "canary" },
  { type: "correction", inference_id, actions: operatorChunk },
  { type: "correction", inference_id, text: "canary" },
  { type: "thumbs", inference_id, thumbs: "down", comment: "canary" },
  { type: "edit", inference_id, before: { a: "canary" }, after: { a: "b" } },
  { type: "failure", inference_id, category: "stuck", at_step: 2, comment: "canary" },
  { type: "safety_report", inference_id, severity: "high", category: "near_miss", comment: "canary" },
  { type: "episode_outcome", inference_id, episode_id: "ep", success: true, steps: 9, reward: 0.5 },
  { type: "intervention", inference_id, at_step: 0, actions: operatorChunk, reason: "canary" },
];

type Served = Partial<ServedExchange["metadata"]> & { readonly subjectRef?: string | null };

export class FeedbackWorld {
  readonly drain: DrainWorld;
  readonly keyId = newUuid({ now: Date.now, sleep: async () => undefined }, systemRandom);
  readonly scopes = ["feedback:write", "feedback:triage"];
  outboxAway = false;
  /** Runs before each transaction, as whatever happens meanwhile. */
  before: (statements: readonly SQL[]) => Promise<void> = async () => undefined;
  readonly #app: Database;

  constructor(app: Database) {
    this.#app = app;
    this.drain = new DrainWorld(app);
  }

  /** Consent that holds from now on; `subjectRef` '' is the person-free stream. */
  setTier = (tier: ConsentTier, subjectRef = "") => this.drain.setTier(tier, { subjectRef });

  /** Serves a chunk of eight steps and leaves its record in the outbox; answers its public id. */
  async act(
    eventId: string,
    { subjectRef = null, ...metadata }: Served = {},
    changes: Partial<ServedExchange> = {},
  ): Promise<string> {
    const sample = (await this.drain.seal(eventId)).record;
    const exchange: ServedExchange = {
      id: newUuid(this.drain.clock, systemRandom),
      createdAtMs: this.drain.clock.now(),
      organizationId: this.drain.organizationId,
      contentHash: newUuid(this.drain.clock, systemRandom),
      metadata: { ...sample.metadata, chunkSize: 8, step: null, ...metadata },
      actions: servedChunk,
      state: null,
      safetyScore: 0.7,
      safetyChecks: [],
      instruction: "move to the red block",
      images: [],
      ...changes,
    };
    const entry = await seal(
      exchange,
      { tier: "research", eventId, subjectRef, keySeed: null },
      this.drain.ports.configuration,
    );
    if (entry === null) throw new Error("Nothing was sealed.");
    if (this.drain.append(entry)?.kind !== "recorded") throw new Error("Not recorded.");
    this.drain.clock.nowMs += 1000;
    return toPublicId("inference", entry.record.id);
  }

  get ports() {
    const { clock, meter } = this.drain;
    const database: Database = {
      forOrg: async (organizationId, statements) => {
        await this.before(statements);
        return await this.drain.ports.database.forOrg(organizationId, statements);
      },
      platform: this.#app.platform,
    };
    const waitingRecords: WaitingRecords = {
      find: async (_, question) =>
        this.outboxAway
          ? failed("timeout")
          : done(this.drain.queue.find(question).map((text) => parseEntry(text, null).record)),
    };
    return {
      clock,
      meter,
      database,
      waitingRecords,
      random: systemRandom,
      configuration: testConfiguration(),
    };
  }

  submit(body: Readonly<Record<string, unknown>>) {
    // Ids sort by their time.
    this.drain.clock.nowMs += 1;
    const { organizationId } = this.drain;
    return submitFeedback(
      { organizationId, keyId: this.keyId },
      feedbackRequestSchema.parse(body),
      this.ports,
    );
  }

  list = (query: Readonly<Record<string, unknown>> = {}) =>
    listFeedback(this.drain.organizationId, feedbackQuerySchema.parse(query), this.ports.database);

  read = (id: string) => readFeedback(this.drain.organizationId, id, this.ports.database);

  change = (id: string, body: Readonly<Record<string, unknown>>, scopes = this.scopes) =>
    changeFeedback(
      this.drain.organizationId,
      id,
      changeFeedbackSchema.parse(body),
      { id: "key_1", scopes },
      this.ports,
    );

  remove = (id: string) =>
    removeFeedback(this.drain.organizationId, id, { id: "key_1", scopes: this.scopes }, this.ports.database);

  stats = (query: Readonly<Record<string, unknown>> = {}) =>
    readFeedbackStats(
      this.drain.organizationId,
      // Exclusive: what has just arrived shall be in.
      feedbackStatsQuerySchema.parse({ to: new Date(this.drain.clock.now() + 1000).toISOString(), ...query }),
      this.ports,
    );

  rows = (): Promise<Row[]> => this.drain.query(sql`select * from feedback order by created_at, id`);

  audit = (): Promise<Row[]> =>
    this.drain.query(sql`select action, target, detail from audit_log order by seq`);
}
