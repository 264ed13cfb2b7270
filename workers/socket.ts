import { DurableObject } from "cloudflare:workers";
import { flushMetrics } from "../functions/observe/flushMetrics.ts";
import type { Closing } from "../functions/serve/openpi/closing.ts";
import {
  type Connection,
  connectionSchema,
  episodePrefixOf,
  fitOf,
} from "../functions/serve/openpi/connection.ts";
import { Episode, type EpisodeState, episodeStateSchema } from "../functions/serve/openpi/episode.ts";
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
  #episode: Episode | null = null;
  #session: Session | null = null;
  #turn: Promise<void> = Promise.resolve();

  override async fetch(request: Request): Promise<Response> {
    const connection = connectionSchema.parse(JSON.parse(request.headers.get(CONNECTION_HEADER) ?? "null"));
    if (this.#session !== null && !connection.named) return new Response(null, { status: SESSION_TAKEN });
    const remembered = this.#episode?.state ?? (await this.#remembered());
    const [client, server] = Object.values(new WebSocketPair());
    if (client === undefined || server === undefined) throw new Error("a pair of sockets has two ends");
    server.binaryType = "arraybuffer";
    server.accept();
    this.#session?.end("replaced", "a newer socket took this session");
    this.#serve(server, connection, remembered);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Forgets the session some time after its last socket. */
  override async alarm(): Promise<void> {
    const { configuration, clock } = servicesOf(this.env);
    const state = this.#episode?.state ?? (await this.#remembered());
    const endsAtMs = (state?.touchedAtMs ?? 0) + configuration.SOCKET_FORGET_MS;
    if (this.#session !== null) await this.#forgetLater();
    else if (endsAtMs > clock.now()) await this.ctx.storage.setAlarm(endsAtMs);
    else await this.#forget();
  }

  #serve(server: WebSocket, connection: Connection, remembered: EpisodeState | null): void {
    const services = servicesOf(this.env);
    const fit = fitOf(connection, services.policies.policies);
    if (!fit.ok) throw new Error("the edge let a robot through that no policy of ours moves");
    const { SOCKET_FORGET_MS, SOCKET_RESUME_MS } = services.configuration;
    const episode = new Episode(
      remembered,
      {
        episodeId: connection.episodeId,
        prefix: episodePrefixOf(connection),
        maxAgeMs: connection.named ? SOCKET_FORGET_MS : SOCKET_RESUME_MS,
      },
      { clock: services.clock, random: services.random, save: (state) => this.#save(state) },
    );
    const session = new Session(connection, fit.value, episode, {
      ...services,
      background: (task) => this.ctx.waitUntil(task),
      wire: {
        send: (frame) => server.send(frame),
        close: (code, reason) => server.close(code, reason),
      },
      inTurn: (work) => this.#inTurn(work),
    });
    this.#episode = episode;
    this.#session = session;
    this.#listen(server, session, services);
    episode.touch();
    this.ctx.waitUntil(this.#forgetLater());
    session.open();
  }

  #listen(server: WebSocket, session: Session, services: Services): void {
    server.addEventListener("message", ({ data }) => {
      this.ctx.waitUntil(this.#receive(session, data, services));
    });
    const ended = (closing: Closing) => () => {
      session.end(closing);
      if (this.#session === session) this.#session = null;
      this.ctx.waitUntil(flushMetrics(services));
    };
    server.addEventListener("close", ended("client"));
    server.addEventListener("error", ended("lost"));
  }

  async #receive(session: Session, data: ArrayBuffer | string, services: Services): Promise<void> {
    const { meter, configuration, logger } = services;
    try {
      await session.receive(data);
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

  async #remembered(): Promise<EpisodeState | null> {
    const stored = episodeStateSchema.safeParse(await this.ctx.storage.get(EPISODE));
    return stored.success ? stored.data : null;
  }

  /** Written while the answer is on its way: a robot does not wait for the disk. */
  #save(state: EpisodeState): void {
    this.ctx.waitUntil(this.ctx.storage.put(EPISODE, state, { allowUnconfirmed: true }));
  }

  async #forgetLater(): Promise<void> {
    const { configuration, clock } = servicesOf(this.env);
    await this.ctx.storage.setAlarm(clock.now() + configuration.SOCKET_FORGET_MS);
  }

  async #forget(): Promise<void> {
    this.#episode = null;
    await this.ctx.storage.deleteAll();
  }
}
