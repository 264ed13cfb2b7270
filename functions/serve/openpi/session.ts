import type { Policy } from "../../contracts/models.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Robot } from "../../contracts/robots.ts";
import type { Background, Grant } from "../../guard/leases/admission.ts";
import type { Admitter } from "../../guard/leases/createAdmitter.ts";
import { continueTrace } from "../../observe/trace.ts";
import { type ActResult, act } from "../act.ts";
import type { ActPorts } from "../actContext.ts";
import { type AnswerContext, actionAnswer, holdAnswer, problemText } from "./answers.ts";
import { CLOSINGS, type Closing, KEY_PROBLEMS } from "./closing.ts";
import type { Connection } from "./connection.ts";
import type { Episode, EpisodeWish } from "./episode.ts";
import { handshake } from "./handshake.ts";
import { packFrame, type WireValue } from "./msgpack.ts";
import { type Frame, readFrame } from "./readFrame.ts";
import { type Observation, readObservation } from "./readObservation.ts";

/** The socket, as far as a session speaks. */
export interface Wire {
  send(frame: Uint8Array | string): void;
  close(code: number, reason: string): void;
}

export interface SessionPorts extends ActPorts {
  readonly admitter: Admitter;
  readonly background: Background;
  readonly wire: Wire;
  /** Runs work when what an older socket of this session has under way is done. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>;
}

type FrameOutcome = "answered" | "hold" | "refused" | "control" | "bad";

/**
 * One socket that speaks openpi's protocol: metadata first, then one answer to each observation. Knows no
 * platform: what came is handed to `receive`, what goes out leaves by the wire.
 */
export class Session {
  readonly #connection: Connection;
  readonly #fit: { readonly robot: Robot; readonly policy: Policy };
  readonly #episode: Episode;
  readonly #ports: SessionPorts;
  readonly #ended = new AbortController();
  #isBusy = false;
  #previousTotalMs: number | null = null;

  constructor(
    connection: Connection,
    fit: { readonly robot: Robot; readonly policy: Policy },
    episode: Episode,
    ports: SessionPorts,
  ) {
    this.#connection = connection;
    this.#fit = fit;
    this.#episode = episode;
    this.#ports = ports;
  }

  /**
   * Sends the metadata, when what an older socket of this session has under way is done, and watches over the
   * key from here on.
   */
  async open(wish: EpisodeWish): Promise<void> {
    this.#ports.background(this.#watchKey());
    await this.#ports.inTurn(async () => {
      this.#episode.join(wish);
      const session = this.#episode.resumed ? "resumed" : "new";
      this.#ports.meter.count("headgate_sockets_opened_total", { session });
      this.#send(handshake(this.#connection, this.#fit, this.#episode));
    });
  }

  /**
   * Takes one frame. A second one before the first is answered ends the socket: answers carry no number, so
   * a robot could not tell which of its observations one belongs to.
   */
  async receive(data: ArrayBuffer | string): Promise<void> {
    if (this.#ended.signal.aborted) return;
    if (this.#isBusy) return this.#refuseFrame("a frame came before the last one was answered");
    if (typeof data === "string") return this.#refuseFrame("a text frame came; this protocol's are binary");
    const { BODY_MAX_BYTES } = this.#ports.configuration;
    if (data.byteLength > BODY_MAX_BYTES)
      return this.#refuseFrame(`a frame holds at most ${BODY_MAX_BYTES} bytes`);
    const receivedAtMs = this.#ports.clock.now();
    const frame = readFrame(new Uint8Array(data));
    if (!frame.ok) return this.#refuseFrame(frame.failure);
    this.#isBusy = true;
    try {
      await this.#ports.inTurn(async () => {
        if (!this.#ended.signal.aborted) await this.#handle(frame.value, receivedAtMs);
      });
    } finally {
      this.#isBusy = false;
    }
    this.#previousTotalMs = this.#ports.clock.now() - receivedAtMs;
  }

  /** Ends the socket, once; what is under way goes on, and is answered to nobody. */
  end(closing: Closing, detail: string = closing): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#ports.meter.count("headgate_sockets_closed_total", { reason: closing });
    if (this.#episode.touchedAtMs !== null) this.#episode.touch();
    const code = CLOSINGS[closing];
    if (code !== null) this.#ports.wire.close(code, detail);
  }

  /** Ends the socket after a bug of ours, and says so in the protocol's way. */
  crash(): void {
    this.#sendText(problemText({ code: "internal" }));
    this.end("bug");
  }

  async #handle(frame: Frame, receivedAtMs: number): Promise<void> {
    switch (frame.kind) {
      case "observation":
        return await this.#serve(frame.members, receivedAtMs);
      case "episode_start":
        this.#episode.start(frame.number);
        break;
      case "episode_end":
        this.#episode.end();
    }
    this.#count("control");
    this.#send({ __ack__: frame.kind === "unknown_control" ? "ignored" : frame.kind });
  }

  async #serve(members: ReadonlyMap<string, unknown>, receivedAtMs: number): Promise<void> {
    const { admitter, background } = this.#ports;
    const { presentedKey, subject, address } = this.#connection;
    const admission = await admitter.admit(
      { presentedKey, scope: "act:invoke", subject, address, idempotency: null },
      background,
    );
    if (admission.kind === "refused") return this.#refuse(admission.problem);
    if (admission.kind === "replay") throw new Error("an answer is replayed to a frame");
    const { grant } = admission;
    try {
      const observation = readObservation(members);
      if (observation.ok) await this.#actOn(observation.value, grant, receivedAtMs);
      else this.#refuse({ code: "invalid_request", errors: observation.failure });
    } finally {
      grant.release();
    }
  }

  async #actOn(observation: Observation, grant: Grant, receivedAtMs: number): Promise<void> {
    const { clock, random } = this.#ports;
    const { robotType, model, environment, deadlineMs, traceparent } = this.#connection;
    const { maxAgeMs, ...seen } = observation;
    const { episodeId, nextStep } = this.#episode.enter();
    const step = observation.step ?? nextStep;
    const admittedAtMs = clock.now();
    const result = await act(
      {
        input: { ...seen, robotType, actionSpace: null, episodeId, step, environment },
        options: { model, deadlineMs, maxAgeMs, dryRun: false, recordRequired: false },
        source: "openpi",
        grant,
        receivedAtMs,
        admittedAtMs,
        traceparent: continueTrace(traceparent, random).traceparent,
      },
      this.#ports,
    );
    const handledMs = clock.now() - receivedAtMs;
    const overheadMs = Math.max(0, handledMs - (result.timings.inferMs ?? 0));
    this.#ports.meter.observe("headgate_overhead_duration_seconds", overheadMs / 1000, {
      route: "/v1/act/ws",
    });
    this.#answer(result, {
      episodeId,
      step,
      state: observation.state,
      timings: result.timings,
      admitMs: admittedAtMs - receivedAtMs,
      handledMs,
      previousTotalMs: this.#previousTotalMs,
    });
  }

  #answer({ outcome }: ActResult, context: AnswerContext): void {
    if (outcome.ok) {
      // The answer first: what is remembered of it is written while the robot moves.
      this.#send(actionAnswer(outcome.value, context));
      this.#episode.advance(context.step, outcome.value.actions);
      this.#count("answered");
    } else if (outcome.failure.code === "unsafe_action") {
      this.#hold(outcome.failure, context);
    } else {
      this.#refuse(outcome.failure);
    }
  }

  /** Where nobody can say what would hold the robot, an error is all that it cannot take for an action. */
  #hold(problem: Problem, context: AnswerContext): void {
    const hold = holdOf(problem);
    if (hold === null) {
      this.#refuse(problem);
    } else {
      this.#send(holdAnswer(hold, problem, context));
      this.#count("hold");
    }
    this.#episode.advance(context.step, hold);
  }

  /** A problem of one observation: the client raises it, and may ask again over the same socket. */
  #refuse(problem: Problem): void {
    this.#count("refused");
    this.#sendText(problemText(problem));
    if (KEY_PROBLEMS.has(problem.code)) this.end("key", problem.code);
  }

  #refuseFrame(detail: string): void {
    this.#count("bad");
    this.#sendText(problemText({ code: "invalid_request", errors: [{ pointer: "", detail }] }));
    this.end("bad_frame", detail);
  }

  /** Asks whether the key is still good, once a lease, for as long as the socket is open. */
  async #watchKey(): Promise<void> {
    const { admitter, background, clock } = this.#ports;
    const { presentedKey, address } = this.#connection;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const verified = await admitter.verify({ presentedKey, scope: "act:invoke", address }, background);
      if (signal.aborted) return;
      if (!verified.ok && KEY_PROBLEMS.has(verified.failure.code))
        return this.end("key", verified.failure.code);
      const { LEASE_MS } = this.#ports.configuration;
      const pauseMs = verified.ok ? verified.value.askAgainAtMs - clock.now() : LEASE_MS;
      await clock.sleep(Math.max(1, pauseMs), signal);
    }
  }

  #count(outcome: FrameOutcome): void {
    this.#ports.meter.count("headgate_socket_frames_total", { outcome });
  }

  #send(value: WireValue): void {
    if (!this.#ended.signal.aborted) this.#ports.wire.send(packFrame(value));
  }

  #sendText(text: string): void {
    if (!this.#ended.signal.aborted) this.#ports.wire.send(text);
  }
}

const isRow = (row: unknown): row is number[] =>
  Array.isArray(row) && row.every((each) => typeof each === "number");

function holdOf({ extensions }: Problem): number[][] | null {
  const hold = extensions?.hold;
  return Array.isArray(hold) && hold.every(isRow) ? hold : null;
}
