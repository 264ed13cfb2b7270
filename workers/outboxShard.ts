import type { AppendResult, WaitingQuestion } from "../functions/contracts/ports.ts";
import { type DrainReport, drainOutbox } from "../functions/keep/drain/drainOutbox.ts";
import { type AppendRequest, EntryQueue, type QueueDepth } from "../functions/keep/outbox/entryQueue.ts";
import type { LocalSql, LocalSqlValue } from "../functions/keep/outbox/localSql.ts";
import { flushMetrics } from "../functions/observe/flushMetrics.ts";
import type { Alarm } from "./alarm.ts";
import { servicesOf } from "./bindings.ts";
import type { Environment, Services } from "./services.ts";

interface OutboxShardOptions {
  /** What metrics and dead letters call it: `<organization>:<shard>`. */
  readonly name: string;
  readonly sql: LocalSql;
  /** How long what comes in waits for company on its way out. */
  readonly drainDelayMs: number;
  readonly alarm: Alarm;
  readonly environment: Environment;
}

/** A Durable Object's own SQLite. */
export const localSql = (storage: DurableObjectStorage): LocalSql => ({
  exec: (query, ...bindings) => storage.sql.exec<Record<string, LocalSqlValue>>(query, ...bindings).toArray(),
  transaction: (work) => storage.transactionSync(work),
});

/**
 * The durable queue in front of Postgres inside one Durable Object: its entries, and their way out. The alarm
 * carries them on and comes back until nothing is left.
 */
export class OutboxShard {
  readonly #queue: EntryQueue;
  readonly #options: OutboxShardOptions;

  constructor(options: OutboxShardOptions) {
    const { configuration } = servicesOf(options.environment);
    this.#options = options;
    this.#queue = new EntryQueue(options.sql, {
      maxEntries: configuration.OUTBOX_MAX_ENTRIES,
      duplicateWindowMs: configuration.DUPLICATE_WINDOW_MS,
    });
  }

  /**
   * Takes sealed entries in, in one transaction; results in their order. The platform holds back whatever the
   * object says from here on, answers and frames alike, until the transaction is on disk: what is called recorded
   * has been written by the time that anybody hears of it.
   */
  append(requests: readonly AppendRequest[]): AppendResult[] {
    const { alarm, drainDelayMs } = this.#options;
    const nowMs = Date.now();
    try {
      const results = this.#queue.append(requests, nowMs);
      alarm.wake(nowMs + drainDelayMs);
      return results;
    } catch (error) {
      this.#services.logger.error("append_crashed", { error, entries: requests.length });
      return requests.map(() => ({ kind: "unavailable", reason: "error" }));
    }
  }

  /** The records that wait here, as text: what Postgres does not know yet. */
  find(question: WaitingQuestion): string[] {
    return this.#queue.find(question);
  }

  get isEmpty(): boolean {
    return this.#queue.depth().entries === 0;
  }

  /** When it may forget what it has seen; null where it remembers nothing. */
  get remembersUntilMs(): number | null {
    return this.#queue.remembersUntilMs();
  }

  /** Makes sure that what waits will be drained. It hastens what failed, but nothing that came in just now. */
  sweep(): QueueDepth {
    const depth = this.#queue.depth();
    const { alarm, drainDelayMs } = this.#options;
    if (depth.oldestAtMs !== null) alarm.wake(Math.max(Date.now(), depth.oldestAtMs + drainDelayMs));
    return depth;
  }

  /** Carries what waits on its way, and asks to be woken again where something is left. Never throws. */
  async drain(): Promise<void> {
    const services = this.#services;
    const { name, alarm, drainDelayMs } = this.#options;
    let report: DrainReport = { waiting: true, nextDrainInMs: services.configuration.OUTBOX_RETRY_MAX_MS };
    try {
      report = await drainOutbox(this.#queue, name, services, drainDelayMs);
    } catch (error) {
      services.logger.error("drain_crashed", { error });
    } finally {
      if (report.waiting) alarm.wake(Date.now() + report.nextDrainInMs);
      await this.#flushMetrics(services, report);
    }
  }

  /** Before the object may fall asleep, and else as rarely as every isolate does. */
  async #flushMetrics({ meter, keyValue, configuration }: Services, { waiting }: DrainReport): Promise<void> {
    if (waiting && meter.waitingMs() < configuration.METRICS_FLUSH_MS) return;
    await flushMetrics({ meter, keyValue });
  }

  get #services(): Services {
    return servicesOf(this.#options.environment);
  }
}
