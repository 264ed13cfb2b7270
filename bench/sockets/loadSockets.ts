import { once } from "node:events";
import { WebSocket } from "ws";
import { readAnswer } from "./frames.ts";

export interface SocketLoadSpec {
  /** Address of each socket but for what makes its session its own. */
  readonly url: string;
  readonly key: string;
  readonly frame: Uint8Array;
  readonly connections: number;
  readonly warmupMs: number;
  readonly measuredMs: number;
  /** Whether the answers are Headgate's, and say what they took. */
  readonly answersTell: boolean;
}

export interface SocketLoadResult {
  readonly stepsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Frames that were answered with an error, or with nothing that can be read. */
  readonly failures: number;
  /** Answers that said `recorded: true`, warm-up included. */
  readonly recorded: number;
  /** Means of what the answers within the measured time said; null where they say nothing. */
  readonly told: { readonly inferMs: number; readonly recordMs: number; readonly handledMs: number } | null;
}

interface Tally {
  readonly measureFromMs: number;
  readonly endMs: number;
  readonly latenciesMs: number[];
  readonly sums: { inferMs: number; recordMs: number; handledMs: number };
  told: number;
  recorded: number;
  failures: number;
}

/** Sends one observation after the other, each when the last one was answered, until the time is over. */
async function runSocket(socket: WebSocket, spec: SocketLoadSpec, tally: Tally): Promise<void> {
  const finished = Promise.withResolvers<void>();
  let sentAtMs = 0;
  const send = () => {
    sentAtMs = performance.now();
    socket.send(spec.frame);
  };
  socket.on("message", (data, isBinary) => {
    const nowMs = performance.now();
    const isMeasured = sentAtMs >= tally.measureFromMs && nowMs <= tally.endMs;
    if (isMeasured) tally.latenciesMs.push(nowMs - sentAtMs);
    if (spec.answersTell) note(isBinary && Buffer.isBuffer(data) ? data : null, isMeasured, tally);
    if (nowMs < tally.endMs) send();
    else finished.resolve();
  });
  socket.on("close", (code) => finished.reject(new Error(`the server closed a socket: ${code}`)));
  socket.on("error", finished.reject);
  send();
  await finished.promise;
}

function note(frame: Buffer | null, isMeasured: boolean, tally: Tally): void {
  const answer = frame === null ? null : readAnswer(frame);
  if (answer === null) {
    tally.failures += 1;
    return;
  }
  if (answer.recorded) tally.recorded += 1;
  if (!isMeasured) return;
  tally.told += 1;
  tally.sums.inferMs += answer.inferMs;
  tally.sums.recordMs += answer.recordMs;
  tally.sums.handledMs += answer.handledMs;
}

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

async function openSocket({ url, key }: SocketLoadSpec, index: number): Promise<WebSocket> {
  const socket = new WebSocket(`${url}-c${index}`, {
    headers: { authorization: `Api-Key ${key}` },
    perMessageDeflate: false,
  });
  // The first frame is the metadata, or the echo's greeting.
  await once(socket, "message");
  return socket;
}

/** A closed loop over some sockets, as bench/load/loadPoint.ts is one over connections. */
export async function loadSockets(spec: SocketLoadSpec): Promise<SocketLoadResult> {
  const sockets = await Promise.all(
    Array.from({ length: spec.connections }, (_, index) => openSocket(spec, index)),
  );
  const measureFromMs = performance.now() + spec.warmupMs;
  const tally: Tally = {
    measureFromMs,
    endMs: measureFromMs + spec.measuredMs,
    latenciesMs: [],
    sums: { inferMs: 0, recordMs: 0, handledMs: 0 },
    told: 0,
    recorded: 0,
    failures: 0,
  };
  try {
    await Promise.all(sockets.map((socket) => runSocket(socket, spec, tally)));
  } finally {
    for (const socket of sockets) socket.terminate();
  }
  return resultOf(spec, tally);
}

function resultOf({ measuredMs }: SocketLoadSpec, tally: Tally): SocketLoadResult {
  const { latenciesMs, sums, told, recorded, failures } = tally;
  const sorted = Float64Array.from(latenciesMs).sort();
  const mean = (sum: number): number => sum / told;
  return {
    stepsPerSecond: sorted.length / (measuredMs / 1000),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    failures,
    recorded,
    told:
      told === 0
        ? null
        : {
            inferMs: mean(sums.inferMs),
            recordMs: mean(sums.recordMs),
            handledMs: mean(sums.handledMs),
          },
  };
}
