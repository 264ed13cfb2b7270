/** One session over a cell in memory: its sockets, what was said on them, what was recorded and remembered. */
import type { Policy } from "../../contracts/models.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { InferFailure } from "../../contracts/ports.ts";
import type { OutboxEntry } from "../../contracts/records.ts";
import { ORGANIZATION, systemRandom, TestWorld } from "../../guard/leases/testWorld.ts";
import { createStepTimes } from "../chunks/stepTimes.ts";
import { runnerPolicies } from "../policies/runnerPolicies.ts";
import { type Connection, fitOf } from "./connection.ts";
import { Episode, type EpisodeState } from "./episode.ts";
import { packFrame, unpackFrame, type WireValue } from "./msgpack.ts";
import { membersOf, numbersOf, readValue, writeArray } from "./ndarray.ts";
import { Session, type SessionPorts } from "./session.ts";

const [visualServo] = runnerPolicies({ infer: async () => failed({ kind: "deadline" }) }).policies;
if (visualServo === undefined) throw new Error("no policy is built in");
/** One that names places: without a state nobody can say which of them would hold the robot. */
const places: Policy = {
  ...visualServo,
  name: "places",
  action: { ...visualServo.action, actionSpace: "ee_abs" },
};
const policies = [visualServo, places];

export const STILL = Array.from({ length: 8 }, () => [0, 0, 0, 0, 0, 0, 1]);
export const WILD = STILL.map(() => [9, 0, 0, 0, 0, 0, 1]);

type InTurn = SessionPorts["inTurn"];

/** One thing after the other, as a session's object has its sockets work. */
function turns(): InTurn {
  let last = Promise.resolve();
  let waiting = 0;
  return async (work) => {
    waiting += 1;
    const mine = waiting === 1 ? work() : last.then(work);
    last = mine.catch(() => undefined);
    await mine.finally(() => {
      waiting -= 1;
    });
  };
}

/** A socket that is open. */
export interface OpenSocket {
  readonly session: Session;
  readonly episode: Episode;
  readonly inTurn: InTurn;
  readonly sent: readonly (Uint8Array | string)[];
  readonly closed: readonly { readonly code: number; readonly reason: string }[];
  receive(frame: Uint8Array | string): Promise<void>;
  say(value: WireValue): Promise<void>;
}

export class SessionWorld {
  readonly world: TestWorld;
  readonly key: Awaited<ReturnType<TestWorld["addKey"]>>;
  readonly entries: OutboxEntry[] = [];
  saved: EpisodeState | null = null;
  /** What the model says. */
  answer: () => Promise<Outcome<number[][], InferFailure>> = async () => done(STILL);

  private constructor(world: TestWorld, key: SessionWorld["key"]) {
    this.world = world;
    this.key = key;
  }

  static async make(): Promise<SessionWorld> {
    const world = new TestWorld();
    await world.setTier(null, "research");
    return new SessionWorld(world, await world.addKey());
  }

  get stepsRecorded(): (number | null)[] {
    return this.entries.map(({ record }) => record.metadata.step);
  }

  get episodesRecorded(): (string | null)[] {
    return this.entries.map(({ record }) => record.metadata.episodeId);
  }

  /** Opens a socket; over what was saved, or over the very session of an older one. */
  open(changes: Partial<Connection> = {}, older?: OpenSocket): OpenSocket {
    const sent: (Uint8Array | string)[] = [];
    const closed: { code: number; reason: string }[] = [];
    const of = { ...this.#connection(), ...changes };
    const fit = fitOf(of, policies);
    if (!fit.ok) throw new Error(fit.failure.code);
    const save = (state: EpisodeState) => {
      this.saved = structuredClone(state);
    };
    const episode =
      older?.episode ?? new Episode(this.saved, { clock: this.world.clock, random: systemRandom, save });
    const inTurn = older?.inTurn ?? turns();
    const wire = {
      send: (frame: Uint8Array | string) => sent.push(frame),
      close: (code: number, reason: string) => closed.push({ code, reason }),
    };
    const session = new Session(of, fit.value, episode, { ...this.#ports(), wire, inTurn });
    void session.open({ episodeId: of.episodeId, prefix: "robot-1", maxAgeMs: 60_000 });
    const receive = (frame: Uint8Array | string) =>
      session.receive(typeof frame === "string" ? frame : Uint8Array.from(frame).buffer);
    return { session, episode, inTurn, sent, closed, receive, say: (value) => receive(packFrame(value)) };
  }

  #connection(): Connection {
    return {
      presentedKey: this.key.text,
      address: null,
      organizationId: ORGANIZATION,
      keyId: this.key.keyId,
      session: "robot-1",
      named: true,
      robotType: "franka",
      model: "visual-servo",
      subject: null,
      episodeId: null,
      environment: null,
      deadlineMs: null,
      traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
    };
  }

  #ports(): Omit<SessionPorts, "wire" | "inTurn"> {
    const { clock, meter, configuration } = this.world;
    return {
      clock,
      random: systemRandom,
      meter,
      configuration,
      configurationHash: "0123456789ab",
      stepTimes: createStepTimes(),
      policies: {
        policies,
        infer: async () => {
          const actions = await this.answer();
          if (!actions.ok) return actions;
          const times = { queueMs: 1, computeMs: 2 };
          return done({ modelVersion: "1", actions: actions.value, origin: "runner", ...times });
        },
      },
      outbox: {
        append: async (entry) => {
          this.entries.push(entry);
          return { kind: "recorded" };
        },
      },
      admitter: this.world.isolate(),
      background: (task) => void task,
    };
  }
}

let shade = 0;

/** An observation like no other. */
export function observation(changes: { readonly [key: string]: WireValue } = {}) {
  shade += 1;
  const rgb = new Uint8Array(32 * 32 * 3).map((_, at) => at * shade);
  const image = writeArray(rgb, "|u1", [32, 32, 3]);
  return { "observation/image": image, prompt: "move to the red block", ...changes };
}

type Plain = Record<string, unknown>;

/** A map that was sent as an object; arrays of numbers as their numbers. */
function plain(value: unknown): unknown {
  const reading = readValue(value);
  if (reading.ok && reading.value.kind === "array") return numbersOf(reading.value.array);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...membersOf(value)].map(([name, member]) => [name, plain(member)]));
}

export function said(frame: Uint8Array | string | undefined): Plain {
  if (typeof frame === "string") return { text: JSON.parse(frame) };
  const unpacked = unpackFrame(frame ?? new Uint8Array(0));
  return (unpacked.ok ? plain(unpacked.value) : {}) as Plain;
}
