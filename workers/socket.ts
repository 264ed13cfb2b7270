import { DurableObject } from "cloudflare:workers";
import { done } from "../functions/contracts/outcome.ts";
import type { WaitingQuestion, WaitingRecords } from "../functions/contracts/ports.ts";
import { parseEntry } from "../functions/guard/seal/parseEntry.ts";
import type { QueueDepth } from "../functions/keep/outbox/entryQueue.ts";
import { lastStep } from "../functions/keep/records/lastStep.ts";
import { flushMetrics } from "../functions/observe/flushMetrics.ts";
import type { Closing } from "../functions/serve/openpi/closing.ts";
import {
  type Connection,
  connectionSchema,
  episodePrefixOf,
  fitOf,
  organizationOfSession,
} from "../functions/serve/openpi/connection.ts";
import { Episode, type EpisodeState, episodeStateSchema } from "../functions/serve/openpi/episode.ts";
import { keepPace } from "../functions/serve/openpi/keepPace.ts";
import { Session } from "../functions/serve/openpi/session.ts";
import { Alarm } from "./alarm.ts";
import { servicesOf } from "./bindings.ts";
import type { Environment, Services, SocketRpc } from "./services.ts";
import { SessionOutbox } from "./sessionOutbox.ts";
import { CONNECTION_HEADER, SESSION_TAKEN } from "./sessionProtocol.ts";

const EPISODE = "episode";

/**
 * One session of a robot's socket. It outlives its sockets: a newer one takes over from an older one, in the
 * same episode, and what is under way for one is done before the other's turn. It is its own outbox shard: what it
 * calls recorded is in its storage, and its one alarm carries records on and forgets the session.
 */
export class Socket extends DurableObject<Environment> implements SocketRpc {
  readonly #alarm: Alarm;
  readonly #outbox: SessionOutbox;
  readonly #episode: Promise<Episode>;
  #session: Session | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(state: DurableObjectState, environment: Environment) {
    super(state, environment);
    const { name = "" } = state.id;
    const organizationId = organizationOfSession(name);
    this.#alarm = new Alarm(state);
    this.#outbox = new SessionOutbox({
      organizationId,
      session: name,
      alarm: this.#alarm,
      state,
      environment,
    });
    this.#episode = state.blockConcurrencyWhile(async () => {
      await this.#alarm.load();
      return await this.#remember(organizationId);
    });
  }

  override async fetch(request: Request): Promise<Response> {
    const connection = connectionSchema.parse(JSON.parse(request.headers.get(CONNECTION_HEADER) ?? "null"));
    const episode = await this.#episode;
    if (this.#session !== null && !connection.named) return new Response(null, { status: SESSION_TAKEN });
    const [client, server] = Object.values(new WebSocketPair());
    if (client === undefined || server === undefined) throw new Error("a pair of sockets has two ends");
    server.binaryType = "arraybuffer";
    server.accept();
    this.#session?.end("replaced", "a newer socket took this session");
    this.#serve(server, connection, episode);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** The records that wait here, as text. */
  async find(question: WaitingQuestion): Promise<string[]> {
    return this.#outbox.find(question);
  }

  /** Called at start and every five minutes, for as long as the organization's list holds this session. */
  async sweep(): Promise<QueueDepth> {
    const depth = this.#outbox.sweep();
    await this.#leaveList();
    return depth;
  }

  override async alarm(): Promise<void> {
    this.#alarm.clear();
    await this.#outbox.drain();
    await this.#leaveList();
    await this.#forgetWhatIsOver(await this.#episode);
  }

  /** Where no socket is open and nothing waits, nobody needs to find this session. */
  async #leaveList(): Promise<void> {
    if (this.#session === null) await this.#outbox.close();
  }

  #serve(server: WebSocket, connection: Connection, episode: Episode): void {
    const services = servicesOf(this.env);
    const fit = fitOf(connection, services.policies.policies);
    if (!fit.ok) throw new Error("the edge let a robot through that no policy of ours moves");
    const { SOCKET_FORGET_MS, SOCKET_RESUME_MS } = services.configuration;
    const session = new Session(connection, fit.value, episode, {
      ...services,
      outbox: this.#outbox,
      background: (task) => this.ctx.waitUntil(task),
      wire: {
        send: (frame) => server.send(frame),
        close: (code, reason) => {
          server.close(code, reason);
          this.#left(session);
        },
      },
      inTurn: (work) => this.#inTurn(work),
    });
    this.#session = session;
    this.#outbox.open();
    this.#listen(server, session, services);
    this.#alarm.wake(this.#forgetAtMs(episode));
    const opened = session.open({
      episodeId: connection.episodeId,
      prefix: episodePrefixOf(connection),
      maxAgeMs: connection.named ? SOCKET_FORGET_MS : SOCKET_RESUME_MS,
    });
    this.ctx.waitUntil(this.#guarded(opened, session, services));
  }

  #listen(server: WebSocket, session: Session, services: Services): void {
    server.addEventListener("message", ({ data }) => {
      this.ctx.waitUntil(this.#guarded(session.receive(data), session, services));
    });
    const ended = (closing: Closing) => () => {
      session.end(closing);
      this.#left(session);
      this.ctx.waitUntil(flushMetrics(services));
    };
    server.addEventListener("close", ended("client"));
    server.addEventListener("error", ended("lost"));
  }

  #left(session: Session): void {
    if (this.#session !== session) return;
    this.#session = null;
    this.ctx.waitUntil(this.#leaveList());
  }

  async #guarded(work: Promise<void>, session: Session, services: Services): Promise<void> {
    const { meter, configuration, logger } = services;
    try {
      await work;
    } catch (error) {
      logger.error("bug", { route: "/v1/act/ws", error });
      session.crash();
    }
    if (meter.waitingMs() > configuration.METRICS_FLUSH_MS) await flushMetrics(services);
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    await mine;
  }

  async #remember(organizationId: string): Promise<Episode> {
    const { clock, random } = servicesOf(this.env);
    const write = (state: EpisodeState) =>
      this.ctx.waitUntil(this.ctx.storage.put(EPISODE, state, { allowUnconfirmed: true }));
    const stored = episodeStateSchema.safeParse(await this.ctx.storage.get(EPISODE));
    const remembered = stored.success ? await this.#caughtUp(stored.data, organizationId) : null;
    return new Episode(remembered, { clock, random, save: keepPace({ clock, write }) });
  }

  /** What was written down last may be a second older than a crash: what is recorded since then counts. */
  async #caughtUp(state: EpisodeState, organizationId: string): Promise<EpisodeState> {
    const { database, waitingInOutboxes } = servicesOf(this.env);
    const waitingRecords = this.#withOwn(waitingInOutboxes);
    const last = await lastStep(organizationId, state.episodeId, { database, waitingRecords });
    const nextStep = last.ok && last.value !== null ? last.value + 1 : 0;
    return nextStep > state.nextStep ? { ...state, nextStep, lastChunk: null } : state;
  }

  /** What waits here and elsewhere. Other sessions are not asked: two that begin would wait for each other. */
  #withOwn(elsewhere: WaitingRecords): WaitingRecords {
    return {
      find: async (organizationId, question) => {
        const found = await elsewhere.find(organizationId, question);
        const own = this.#outbox.find(question).map((text) => parseEntry(text, null).record);
        return found.ok ? done([...own, ...found.value]) : found;
      },
    };
  }

  /**
   * Forgets the episode some time after its last socket, and all else once nothing waits, and nothing that was
   * recorded can come again and be called new.
   */
  async #forgetWhatIsOver(episode: Episode): Promise<void> {
    const nowMs = servicesOf(this.env).clock.now();
    const forgetAtMs = this.#forgetAtMs(episode);
    if (forgetAtMs > nowMs) return this.#alarm.wake(forgetAtMs);
    episode.forget();
    const rememberUntilMs = this.#outbox.remembersUntilMs ?? 0;
    if (rememberUntilMs > nowMs) {
      this.#alarm.wake(rememberUntilMs);
      await this.ctx.storage.delete(EPISODE);
    } else if (this.#outbox.isEmpty) {
      this.#outbox.forget();
      await this.ctx.storage.deleteAll();
    }
  }

  /** A session that has a socket is not forgotten. */
  #forgetAtMs({ touchedAtMs }: Episode): number {
    const { configuration, clock } = servicesOf(this.env);
    const lastAtMs = this.#session === null ? (touchedAtMs ?? Number.NEGATIVE_INFINITY) : clock.now();
    return lastAtMs + configuration.SOCKET_FORGET_MS;
  }
}
