import type { AppendResult, Outbox, WaitingQuestion } from "../functions/contracts/ports.ts";
import type { OutboxEntry } from "../functions/contracts/records.ts";
import { appendRequestOf } from "../functions/keep/outbox/appendRequest.ts";
import type { QueueDepth } from "../functions/keep/outbox/entryQueue.ts";
import { listingShardName, sessionShardName } from "../functions/keep/outbox/shards.ts";
import type { Alarm } from "./alarm.ts";
import { servicesOf } from "./bindings.ts";
import { localSql, OutboxShard } from "./outboxShard.ts";
import { outboxNamespace } from "./ports/outboxNamespace.ts";
import type { Environment, OutboxRpc, Services } from "./services.ts";

interface SessionOutboxOptions {
  readonly organizationId: string;
  /** The name of the session's object. */
  readonly session: string;
  readonly state: DurableObjectState;
  readonly environment: Environment;
  readonly alarm: Alarm;
}

/**
 * The outbox of a session: its records wait in the object that serves its sockets, without a hop. That holds from
 * when the organization's list knows the session, so that what waits is found and woken; a session that finds no
 * room in the list, or no list in time, hands its records to the organization's outboxes like everybody else.
 *
 * A session finds its object again under its name, and with it what the outbox has seen: a step that is sent twice
 * is kept once, over whatever sockets it comes, within DUPLICATE_WINDOW_MS. An episode that goes on in another
 * session, over REST, or after the list was full, meets another memory: equal content is then found by the unique
 * index of Postgres, and the later record says `duplicate_of`; another picture under the same step is kept too.
 */
export class SessionOutbox implements Outbox {
  readonly #options: SessionOutboxOptions;
  #own: OutboxShard | null = null;
  #isListed = false;
  #listing: Promise<void> | null = null;
  #listedAtMs = 0;

  constructor(options: SessionOutboxOptions) {
    this.#options = options;
  }

  /** A socket came: enters the list, where the session is not in it. */
  open(): void {
    if (this.#listing !== null) return;
    const { configuration, clock } = this.#services;
    const listing = this.#list();
    this.#listing = Promise.race([listing, clock.sleep(configuration.OUTBOX_TIMEOUT_MS)]);
    this.#options.state.waitUntil(listing);
  }

  async append(entry: OutboxEntry): Promise<AppendResult> {
    if (!this.#isListed) await this.#listing;
    if (!this.#isListed) return await this.#services.outbox.append(entry);
    const [result = { kind: "unavailable", reason: "error" }] = this.#shard.append([appendRequestOf(entry)]);
    return result;
  }

  /** The records that wait here, as text. */
  find(question: WaitingQuestion): string[] {
    return this.#shard.find(question);
  }

  sweep(): QueueDepth {
    return this.#shard.sweep();
  }

  drain(): Promise<void> {
    return this.#shard.drain();
  }

  get isEmpty(): boolean {
    return this.#shard.isEmpty;
  }

  /** When it may forget what it has seen; null where it remembers nothing. */
  get remembersUntilMs(): number | null {
    return this.#shard.remembersUntilMs;
  }

  /** No socket is left: leaves the list, unless something waits. A sweep repeats what does not succeed here. */
  async close(): Promise<void> {
    if (!this.isEmpty) return;
    this.#isListed = false;
    this.#listing = null;
    await this.#listKeeper.unlistSession(this.#options.session, this.#now()).catch(() => undefined);
  }

  /** All that the object stores has been deleted. */
  forget(): void {
    this.#own = null;
  }

  async #list(): Promise<void> {
    const atMs = this.#now();
    const isListed = await this.#listKeeper.listSession(this.#options.session, atMs).catch(() => false);
    if (this.#listedAtMs === atMs) this.#isListed = isListed;
  }

  /** Later with each call, so that of two words about this session the list goes by the later one. */
  #now(): number {
    this.#listedAtMs = Math.max(this.#services.clock.now(), this.#listedAtMs + 1);
    return this.#listedAtMs;
  }

  /** Made anew after all was deleted. */
  get #shard(): OutboxShard {
    const { organizationId, session, state, environment, alarm } = this.#options;
    this.#own ??= new OutboxShard({
      name: sessionShardName(organizationId, session),
      sql: localSql(state.storage),
      drainDelayMs: this.#services.configuration.SOCKET_DRAIN_DELAY_MS,
      alarm,
      environment,
    });
    return this.#own;
  }

  get #listKeeper(): Pick<OutboxRpc, "listSession" | "unlistSession"> {
    const { environment, organizationId } = this.#options;
    return outboxNamespace(environment, this.#services.configuration).getByName(
      listingShardName(organizationId),
    );
  }

  get #services(): Services {
    return servicesOf(this.#options.environment);
  }
}
