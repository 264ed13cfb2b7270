import { DurableObject } from "cloudflare:workers";
import type { AppendResult, WaitingQuestion } from "../functions/contracts/ports.ts";
import type { AppendRequest } from "../functions/keep/outbox/entryQueue.ts";
import { SessionList } from "../functions/keep/outbox/sessionList.ts";
import { Alarm } from "./alarm.ts";
import { servicesOf } from "./bindings.ts";
import { localSql, OutboxShard } from "./outboxShard.ts";
import type { Environment, OutboxRpc, OutboxSweep } from "./services.ts";

/**
 * The outbox of one organization's shard. What `append` calls recorded is on disk before the answer leaves. The
 * organization's first shard also keeps the list of its sessions, which are outboxes of their own.
 */
export class Outbox extends DurableObject<Environment> implements OutboxRpc {
  readonly #alarm: Alarm;
  readonly #shard: OutboxShard;
  readonly #sessions: SessionList;
  #group: { request: AppendRequest; resolve: (result: AppendResult) => void }[] = [];

  constructor(state: DurableObjectState, environment: Environment) {
    super(state, environment);
    const { configuration } = servicesOf(environment);
    const sql = localSql(state.storage);
    this.#alarm = new Alarm(state);
    this.#shard = new OutboxShard({
      name: state.id.name ?? state.id.toString(),
      alarm: this.#alarm,
      drainDelayMs: configuration.OUTBOX_DRAIN_DELAY_MS,
      sql,
      environment,
    });
    this.#sessions = new SessionList(sql, configuration.SOCKET_OUTBOXES);
    state.blockConcurrencyWhile(() => this.#alarm.load());
  }

  /** Takes one sealed entry in. The answer leaves only once the entry is on disk. */
  append(request: AppendRequest): Promise<AppendResult> {
    return new Promise((resolve) => {
      this.#group.push({ request, resolve });
      if (this.#group.length === 1) setTimeout(() => this.#commitGroup(), 0);
    });
  }

  async find(question: WaitingQuestion): Promise<string[]> {
    return this.#shard.find(question);
  }

  /** Called at start and every five minutes, for each shard; the sessions it lists want the same. */
  async sweep(): Promise<OutboxSweep> {
    return { ...this.#shard.sweep(), sessions: this.#sessions.names() };
  }

  async sessions(): Promise<string[]> {
    return this.#sessions.names();
  }

  async listSession(name: string, atMs: number): Promise<boolean> {
    return this.#sessions.add(name, atMs);
  }

  async unlistSession(name: string, atMs: number): Promise<void> {
    this.#sessions.remove(name, atMs);
  }

  override async alarm(): Promise<void> {
    this.#alarm.clear();
    await this.#shard.drain();
  }

  /** Group commit: what came in while the disk was busy shares one transaction, and one wait for the disk. */
  #commitGroup(): void {
    const group = this.#group;
    this.#group = [];
    const results = this.#shard.append(group.map(({ request }) => request));
    group.forEach(({ resolve }, index) => {
      resolve(results[index] ?? { kind: "unavailable", reason: "error" });
    });
  }
}
