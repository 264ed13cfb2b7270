import { once } from "node:events";
import { WebSocket } from "ws";
import { readAnswer, type SocketAnswer } from "./frames.ts";

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
  /** Of what the answers within the measured time said, the mean of the middle half; null where they say nothing. */
  readonly told: { readonly inferMs: number; readonly recordMs: number; readonly handledMs: number } | null;
}

interface Tally {
  measureFromMs: number;
  endMs: number;
  readonly latenciesMs: number[];
  readonly told: SocketAnswer[];
  recorded: number;
  failures: number;
}

/**
 * Sends one observation after the other until the time is over: each when the last one was answered, and no sooner
 * than `stepMs` after it was sent.
 */
async function runSocket(
  socket: WebSocket,
  { frame, answersTell, stepMs = 0 }: Pick<SocketLoadSpec, "frame" | "answersTell"> & { stepMs?: number },
  tally: Tally,
): Promise<void> {
  const finished = Promise.withResolvers<void>();
  let sentAtMs = 0;
  const send = () => {
    sentAtMs = performance.now();
    socket.send(frame);
  };
  const receive = (data: unknown, isBinary: boolean) => {
    const nowMs = performance.now();
    const isMeasured = sentAtMs >= tally.measureFromMs && nowMs <= tally.endMs;
    if (isMeasured) tally.latenciesMs.push(nowMs - sentAtMs);
    if (answersTell) note(isBinary && Buffer.isBuffer(data) ? data : null, isMeasured, tally);
    if (nowMs >= tally.endMs) finished.resolve();
    else if (stepMs === 0) send();
    else setTimeout(send, Math.max(0, sentAtMs + stepMs - nowMs));
  };
  const closed = (code: number) => finished.reject(new Error(`the server closed a socket: ${code}`));
  socket.on("message", receive).on("close", closed).on("error", finished.reject);
  send();
  await finished.promise;
  socket.off("message", receive).off("close", closed).off("error", finished.reject);
}

function note(frame: Buffer | null, isMeasured: boolean, tally: Tally): void {
  const answer = frame === null ? null : readAnswer(frame);
  if (answer === null) {
    tally.failures += 1;
    return;
  }
  if (answer.recorded) tally.recorded += 1;
  if (!isMeasured) return;
  tally.told.push(answer);
}

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

/** Whole milliseconds have no fine median, and a few slow answers would move a plain mean. */
function middleMean(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const quarter = Math.floor(sorted.length / 4);
  const half = sorted.slice(quarter, sorted.length - quarter);
  return half.reduce((sum, value) => sum + value, 0) / half.length;
}

async function openSocket(
  { url, key }: Pick<SocketLoadSpec, "url" | "key">,
  index: number,
): Promise<WebSocket> {
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
  const tally = newTally(measureFromMs, measureFromMs + spec.measuredMs);
  try {
    await Promise.all(sockets.map((socket) => runSocket(socket, spec, tally)));
  } finally {
    for (const socket of sockets) socket.terminate();
  }
  return resultOf(spec.measuredMs, tally);
}

export interface AlternateSpec {
  /** Address of the bare echo, and of Headgate. */
  readonly urls: readonly [echo: string, headgate: string];
  readonly key: string;
  readonly frame: Uint8Array;
  readonly warmupMs: number;
  readonly sliceMs: number;
  /** How many slices each of the two gets. */
  readonly slices: number;
  /** Time from one observation to the next, at least: 0 for as fast as they are answered. */
  readonly stepMs: number;
}

/**
 * One socket of each, in turn: what else the machine does meanwhile, and how fast it runs at the hour, meets both.
 * The results are over all slices of each.
 */
export async function alternateSockets(spec: AlternateSpec): Promise<[SocketLoadResult, SocketLoadResult]> {
  const { urls, key, frame, warmupMs, sliceMs, slices, stepMs } = spec;
  const [echo, headgate] = await Promise.all(urls.map((url) => openSocket({ url, key }, 0)));
  if (echo === undefined || headgate === undefined) throw new Error("a socket was not opened");
  const tallies = [newTally(0, 0), newTally(0, 0)] as const;
  const turn = async (side: 0 | 1, lengthMs: number, measured: boolean) => {
    const [tally, startMs] = [tallies[side], performance.now()];
    tally.measureFromMs = measured ? startMs : Number.POSITIVE_INFINITY;
    tally.endMs = startMs + lengthMs;
    const pace = { frame, answersTell: side === 1, stepMs: measured ? stepMs : 0 };
    await runSocket(side === 0 ? echo : headgate, pace, tally);
  };
  try {
    for (const side of [0, 1] as const) await turn(side, warmupMs, false);
    for (let slice = 0; slice < slices; slice += 1)
      for (const side of [0, 1] as const) await turn(side, sliceMs, true);
  } finally {
    echo.terminate();
    headgate.terminate();
  }
  return [resultOf(slices * sliceMs, tallies[0]), resultOf(slices * sliceMs, tallies[1])];
}

const newTally = (measureFromMs: number, endMs: number): Tally => ({
  measureFromMs,
  endMs,
  latenciesMs: [],
  told: [],
  recorded: 0,
  failures: 0,
});

function resultOf(measuredMs: number, tally: Tally): SocketLoadResult {
  const { latenciesMs, told, recorded, failures } = tally;
  const sorted = Float64Array.from(latenciesMs).sort();
  const middle = (of: (answer: SocketAnswer) => number): number => middleMean(told.map(of));
  return {
    stepsPerSecond: sorted.length / (measuredMs / 1000),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    failures,
    recorded,
    told:
      told.length === 0
        ? null
        : {
            inferMs: middle(({ inferMs }) => inferMs),
            recordMs: middle(({ recordMs }) => recordMs),
            handledMs: middle(({ handledMs }) => handledMs),
          },
  };
}
