import { DurableObject } from "cloudflare:workers";
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
import { servicesOf } from "./bindings.ts";
import type { Environment, Services } from "./services.ts";
import { CONNECTION_HEADER, SESSION_TAKEN } from "./sessionProtocol.ts";

const EPISODE = "episode";

/**
 * One session of a robot's socket. It outlives its sockets: a newer one takes over from an older one, in the
 * same episode, and what is under way for one is done before the other's turn.
 */
export class Socket extends DurableObject<Environment> {
  readonly #episode: Promise<Episode>;
  #session: Session | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(state: DurableObjectState, environment: Environment) {
    super(state, environment);
    this.#episode = state.blockConcurrencyWhile(() => this.#remember());
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

  /** Forgets the session some time after its last socket. */
  override async alarm(): Promise<void> {
    const { configuration, clock } = servicesOf(this.env);
    const episode = await this.#episode;
    const endsAtMs = (episode.touchedAtMs ?? 0) + configuration.SOCKET_FORGET_MS;
    if (this.#session !== null) await this.#forgetLater();
    else if (endsAtMs > clock.now()) await this.ctx.storage.setAlarm(endsAtMs);
    else {
      episode.forget();
      await this.ctx.storage.deleteAll();
    }
  }

  #serve(server: WebSocket, connection: Connection, episode: Episode): void {
    const services = servicesOf(this.env);
    const fit = fitOf(connection, services.policies.policies);
    if (!fit.ok) throw new Error("the edge let a robot through that no policy of ours moves");
    const { SOCKET_FORGET_MS, SOCKET_RESUME_MS } = services.configuration;
    const session = new Session(connection, fit.value, episode, {
      ...services,
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
    this.#listen(server, session, services);
    this.ctx.waitUntil(this.#forgetLater());
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
    if (this.#session === session) this.#session = null;
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

  async #remember(): Promise<Episode> {
    const { clock, random } = servicesOf(this.env);
    const write = (state: EpisodeState) =>
      this.ctx.waitUntil(this.ctx.storage.put(EPISODE, state, { allowUnconfirmed: true }));
    const stored = episodeStateSchema.safeParse(await this.ctx.storage.get(EPISODE));
    const remembered = stored.success ? await this.#caughtUp(stored.data) : null;
    return new Episode(remembered, { clock, random, save: keepPace({ clock, write }) });
  }

  /** What was written down last may be a second older than a crash: what is recorded since then counts. */
  async #caughtUp(state: EpisodeState): Promise<EpisodeState> {
    const { name = "" } = this.ctx.id;
    const last = await lastStep(organizationOfSession(name), state.episodeId, servicesOf(this.env));
    const nextStep = last.ok && last.value !== null ? last.value + 1 : 0;
    return nextStep > state.nextStep ? { ...state, nextStep, lastChunk: null } : state;
  }

  async #forgetLater(): Promise<void> {
    const { configuration, clock } = servicesOf(this.env);
    await this.ctx.storage.setAlarm(clock.now() + configuration.SOCKET_FORGET_MS);
  }
}
