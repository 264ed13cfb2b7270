import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../local/supervise/ports.ts";
import { cpuMsOf } from "../cpuTime.ts";
import { type Hosts, ROOT } from "../hosts.ts";
import { countStoredRows, waitUntilDrained } from "../storedRows.ts";
import { observationFrame, observationRequest } from "./frames.ts";
import { openGenerator, type SocketGenerator } from "./generator.ts";
import type { SocketLoadResult, SocketLoadSpec } from "./loadSockets.ts";

/** What is measured with the same observation, in the order of one round. */
const SOCKET_TARGETS = ["bare echo", "socket, recorded", "act, recorded"] as const;
export type SocketTarget = (typeof SOCKET_TARGETS)[number];

interface SocketShape {
  readonly target: SocketTarget;
  readonly cameras: number;
  readonly connections: number;
}

export interface SocketPoint extends SocketShape {
  readonly load: SocketLoadResult;
  /** Processor time of the server per measured step, drains meanwhile included. */
  readonly cpuMicroseconds: number;
  /** Rows that this point added once its outboxes were empty. */
  readonly rowsAdded: number;
}

export interface SocketOptions {
  readonly connections: readonly number[];
  readonly warmupMs: number;
  readonly measuredMs: number;
  readonly onPoint: (point: SocketPoint) => void;
}

const CAMERAS = [1, 2];
const DRAIN_TIMEOUT_MS = 180_000;
const SETTLE_MS = 1200;

/** One socket of Headgate and one of the bare echo, in turn. */
export interface AddedPoint {
  readonly cameras: number;
  /** Steps a second at most; null: as fast as they are answered. */
  readonly pace: number | null;
  readonly echo: SocketLoadResult;
  readonly headgate: SocketLoadResult;
  readonly rowsAdded: number;
}

export interface SocketMeasurements {
  readonly points: readonly SocketPoint[];
  readonly added: readonly AddedPoint[];
}

/** Half a second each: long enough that a slice holds hundreds of steps, short enough that both meet the same hour. */
const SLICE_MS = 500;

/** How often a robot looks around, and how often it could if the answer were all that it waits for. */
const PACES = [20, null];

/** Long enough for the engine to compile what is hot: a robot at work takes thousands of steps. */
const ADDED_WARMUP_MS = 6000;

/** Measures sockets beside REST and beside a bare echo, with one and with two cameras. */
export async function measureSockets(hosts: Hosts, options: SocketOptions): Promise<SocketMeasurements> {
  const echoPort = await freePort();
  const echo = await hosts.startEdge({
    configPath: join(ROOT, "bench/sockets/echo.toml"),
    port: echoPort,
    bindings: {},
  });
  const cpuMs = (target: SocketTarget): number =>
    target === "bare echo" ? cpuMsOf(echo.processes()) : hosts.cpuMs("headgate");
  const generator = openGenerator();
  const points: SocketPoint[] = [];
  const added: AddedPoint[] = [];
  // What an earlier part recorded must not be counted as this one's.
  await waitUntilDrained(hosts.stack, DRAIN_TIMEOUT_MS);
  try {
    for (const cameras of CAMERAS)
      for (const pace of PACES)
        added.push(await measureAdded(hosts, { cameras, pace }, echoPort, options, generator));
    for (const shape of shapesOf(options.connections)) {
      const numbered = { ...shape, echoPort, number: points.length };
      const point = await measurePoint(
        { ...hosts, cpuMs: () => cpuMs(shape.target) },
        numbered,
        options,
        generator,
      );
      options.onPoint(point);
      points.push(point);
    }
  } finally {
    generator.close();
  }
  return { points, added };
}

const addressOf = (port: number, session: string): string =>
  `ws://127.0.0.1:${port}/?robot_type=franka&session=${session}`;

async function measureAdded(
  { stack, ports }: Hosts,
  { cameras, pace }: Pick<AddedPoint, "cameras" | "pace">,
  echoPort: number,
  { measuredMs }: SocketOptions,
  generator: SocketGenerator,
): Promise<AddedPoint> {
  const before = (await countStoredRows(stack)).rows;
  const session = `bench-added-${cameras}-${pace ?? "all"}`;
  const [echo, headgate] = await generator.alternate({
    urls: [addressOf(echoPort, session), addressOf(ports.headgate, session)],
    key: stack.key,
    frame: observationFrame(cameras),
    warmupMs: ADDED_WARMUP_MS,
    sliceMs: SLICE_MS,
    slices: Math.ceil((2 * measuredMs) / SLICE_MS),
    stepMs: pace === null ? 0 : 1000 / pace,
  });
  const { rows } = await waitUntilDrained(stack, DRAIN_TIMEOUT_MS);
  return { cameras, pace, echo, headgate, rowsAdded: rows - before };
}

const shapesOf = (connections: readonly number[]): SocketShape[] =>
  CAMERAS.flatMap((cameras) =>
    connections.flatMap((count) => SOCKET_TARGETS.map((target) => ({ target, cameras, connections: count }))),
  );

interface NumberedShape extends SocketShape {
  readonly echoPort: number;
  readonly number: number;
}

async function measurePoint(
  hosts: Hosts,
  { echoPort, number, ...shape }: NumberedShape,
  { warmupMs, measuredMs }: SocketOptions,
  generator: SocketGenerator,
): Promise<SocketPoint> {
  const { stack, ports } = hosts;
  const { target, cameras, connections } = shape;
  const before = (await countStoredRows(stack)).rows;
  const times = { connections, warmupMs, measuredMs };
  const cpuAtMs: number[] = [];
  const clocks = [warmupMs, warmupMs + measuredMs].map((ms) =>
    sleep(ms).then(() => cpuAtMs.push(hosts.cpuMs("headgate"))),
  );
  const isEcho = target === "bare echo";
  const port = isEcho ? echoPort : ports.headgate;
  const load =
    target === "act, recorded"
      ? await runRequests(hosts, observationRequest(cameras, number, stack.key), times)
      : await generator.load({
          ...times,
          url: addressOf(port, `bench-s${number}`),
          key: stack.key,
          frame: observationFrame(cameras),
          answersTell: !isEcho,
        });
  await Promise.all(clocks);
  const [startedMs = 0, endedMs = 0] = cpuAtMs;
  const steps = load.stepsPerSecond * (measuredMs / 1000);
  const { rows } = await waitUntilDrained(stack, DRAIN_TIMEOUT_MS);
  await sleep(SETTLE_MS);
  const cpuMicroseconds = (1000 * (endedMs - startedMs)) / steps;
  return { ...shape, load, cpuMicroseconds, rowsAdded: rows - before };
}

async function runRequests(
  hosts: Hosts,
  template: ReturnType<typeof observationRequest>,
  times: Pick<SocketLoadSpec, "connections" | "warmupMs" | "measuredMs">,
): Promise<SocketLoadResult> {
  const result = await hosts.load({ ...times, port: hosts.ports.headgate, template });
  const { "200": good = 0, ...bad } = result.statuses;
  const failures = Object.values(bad).reduce((sum, count) => sum + count, 0) + (good === 0 ? 1 : 0);
  const { requestsPerSecond: stepsPerSecond, p50Ms, p99Ms, recorded } = result;
  return { stepsPerSecond, p50Ms, p99Ms, failures, recorded, told: null };
}
