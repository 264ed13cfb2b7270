import { DurableObject } from "cloudflare:workers";
import type { AppendResult, WaitingQuestion } from "../functions/contracts/ports.ts";
import { type DrainReport, drainOutbox } from "../functions/keep/drain/drainOutbox.ts";
import { type AppendRequest, EntryQueue, type QueueDepth } from "../functions/keep/outbox/entryQueue.ts";
import type { LocalSql, LocalSqlValue } from "../functions/keep/outbox/localSql.ts";
import { flushMetrics } from "../functions/observe/flushMetrics.ts";
import { servicesOf } from "./bindings.ts";
import type { Environment, OutboxRpc, Services } from "./services.ts";

const localSql = (storage: DurableObjectStorage): LocalSql => ({
  exec: (query, ...bindings) => storage.sql.exec<Record<string, LocalSqlValue>>(query, ...bindings).toArray(),
  transaction: (work) => storage.transactionSync(work),
});

/**
 * The durable queue of one organization's shard in front of Postgres. What `append` calls recorded is on
 * disk before the answer leaves; the alarm carries it on and comes back until nothing is left.
 */
export class Outbox extends DurableObject<Environment> implements OutboxRpc {
  readonly #queue: EntryQueue;
  readonly #name: string;
  #alarmAtMs: number | null = null;
  #group: { request: AppendRequest; resolve: (result: AppendResult) => void }[] = [];

  constructor(state: DurableObjectState, environment: Environment) {
    super(state, environment);
    const { configuration } = servicesOf(environment);
    this.#name = state.id.name ?? state.id.toString();
    this.#queue = new EntryQueue(localSql(state.storage), {
      maxEntries: configuration.OUTBOX_MAX_ENTRIES,
      duplicateWindowMs: configuration.DUPLICATE_WINDOW_MS,
    });
    state.blockConcurrencyWhile(async () => {
      this.#alarmAtMs = await state.storage.getAlarm();
    });
  }

  /** Takes one sealed entry in. The answer leaves only once the entry is on disk. */
  append(request: AppendRequest): Promise<AppendResult> {
    return new Promise((resolve) => {
      this.#group.push({ request, resolve });
      if (this.#group.length === 1) setTimeout(() => this.#commitGroup(), 0);
    });
  }

  /** The records that wait here, as text: what Postgres does not know yet. */
  async find(question: WaitingQuestion): Promise<string[]> {
    return this.#queue.find(question);
  }

  /**
   * Makes sure that what waits here will be drained: called at start and every five minutes. It hastens what
   * failed and waits for its next try, but nothing that came in just now.
   */
  async sweep(): Promise<QueueDepth> {
    const depth = this.#queue.depth();
    const { configuration } = servicesOf(this.env);
    if (depth.oldestAtMs !== null)
      this.#wake(Math.max(Date.now(), depth.oldestAtMs + configuration.OUTBOX_DRAIN_DELAY_MS));
    return depth;
  }

  /** Group commit: what came in while the disk was busy shares one transaction, and one wait for the disk. */
  #commitGroup(): void {
    const group = this.#group;
    this.#group = [];
    const services = servicesOf(this.env);
    const nowMs = Date.now();
    try {
      const results = this.#queue.append(
        group.map(({ request }) => request),
        nowMs,
      );
      this.#wake(nowMs + services.configuration.OUTBOX_DRAIN_DELAY_MS);
      group.forEach(({ resolve }, index) => {
        resolve(results[index] ?? { kind: "unavailable", reason: "error" });
      });
    } catch (error) {
      services.logger.error("append_crashed", { error, entries: group.length });
      for (const { resolve } of group) resolve({ kind: "unavailable", reason: "error" });
    }
  }

  override async alarm(): Promise<void> {
    this.#alarmAtMs = null;
    const services = servicesOf(this.env);
    let report: DrainReport = { waiting: true, nextDrainInMs: services.configuration.OUTBOX_RETRY_MAX_MS };
    try {
      report = await drainOutbox(this.#queue, this.#name, services);
    } catch (error) {
      services.logger.error("drain_crashed", { error });
    } finally {
      if (report.waiting) this.#wake(Date.now() + report.nextDrainInMs);
      await this.#flushMetrics(services, report);
    }
  }

  /** Before the object may fall asleep, and else as rarely as every isolate does. */
  async #flushMetrics({ meter, keyValue, configuration }: Services, { waiting }: DrainReport): Promise<void> {
    if (waiting && meter.waitingMs() < configuration.METRICS_FLUSH_MS) return;
    await flushMetrics({ meter, keyValue });
  }

  #wake(atMs: number): void {
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(atMs));
  }
}
