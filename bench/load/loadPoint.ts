import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { FIRST_STEP, type RequestTemplate, STEP_DIGITS } from "../requests.ts";
import { ResponseReader } from "./responseReader.ts";

export interface LoadSpec {
  readonly port: number;
  readonly template: RequestTemplate;
  readonly connections: number;
  readonly warmupMs: number;
  readonly measuredMs: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Of the requests that were answered within the measured time. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers by HTTP status, warm-up included. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers that said `recorded: true`, warm-up included. */
  readonly recorded: number;
}

interface Tally {
  readonly measureFromMs: number;
  readonly endMs: number;
  readonly latenciesMs: number[];
  readonly statuses: Record<string, number>;
  recorded: number;
}

const ASCII_ZERO = 48;

function writeDigits(into: Uint8Array, at: number, digits: number, value: number): void {
  let rest = value;
  for (let place = digits - 1; place >= 0; place -= 1) {
    into[at + place] = ASCII_ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

/** Sends one request after the other on one connection, each with a step of its own, until the time is over. */
async function runConnection(socket: Socket, index: number, spec: LoadSpec, tally: Tally): Promise<void> {
  const { template } = spec;
  const request = Uint8Array.from(template.bytes);
  const reader = new ResponseReader();
  const finished = Promise.withResolvers<void>();
  let step = FIRST_STEP;
  let sentAtMs = 0;
  writeDigits(request, template.connectionAt, 2, index);
  const send = () => {
    writeDigits(request, template.stepAt, STEP_DIGITS, step);
    step += 1;
    sentAtMs = performance.now();
    socket.write(request);
  };
  socket.on("data", (bytes) => {
    const response = reader.push(bytes);
    if (response === null) return;
    const nowMs = performance.now();
    tally.statuses[response.status] = (tally.statuses[response.status] ?? 0) + 1;
    if (response.recorded) tally.recorded += 1;
    if (sentAtMs >= tally.measureFromMs && nowMs <= tally.endMs) tally.latenciesMs.push(nowMs - sentAtMs);
    if (nowMs < tally.endMs) send();
    else finished.resolve();
  });
  socket.on("close", () => finished.reject(new Error("the server closed a connection")));
  socket.on("error", finished.reject);
  send();
  await finished.promise;
}

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

/**
 * A closed loop: each connection sends its next request when the last one was answered. Every latency is
 * kept as it was measured; none is corrected.
 */
export async function loadPoint(spec: LoadSpec): Promise<LoadResult> {
  const sockets = Array.from({ length: spec.connections }, () =>
    connect({ port: spec.port, host: "127.0.0.1", noDelay: true }),
  );
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  const measureFromMs = performance.now() + spec.warmupMs;
  const tally: Tally = {
    measureFromMs,
    endMs: measureFromMs + spec.measuredMs,
    latenciesMs: [],
    statuses: {},
    recorded: 0,
  };
  try {
    await Promise.all(sockets.map((socket, index) => runConnection(socket, index, spec, tally)));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const sorted = Float64Array.from(tally.latenciesMs).sort();
  return {
    requestsPerSecond: sorted.length / (spec.measuredMs / 1000),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    statuses: tally.statuses,
    recorded: tally.recorded,
  };
}
