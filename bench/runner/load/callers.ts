/** A closed loop of callers: each sends its next request when its last one was answered. */
export interface LoadSpec {
  readonly port: number;
  readonly protocol: "http" | "grpc";
  /** The whole HTTP/1.1 request, or the gRPC message without its frame. */
  readonly request: Uint8Array;
  readonly callers: number;
  readonly warmupMs: number;
  readonly measuredMs: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Of the same requests: those that were answered within the measured time. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were none, warm-up included. */
  readonly failed: number;
}

/** Something that callers send through. `onAnswer` comes once for each `send`, in any order. */
export interface Channel {
  send(onAnswer: (good: boolean) => void): void;
  close(): void;
}

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

/** Lets `callers` callers send until the time is over; latencies are as measured, not corrected. */
export const runCallers = async (
  channels: readonly Channel[],
  { callers, measuredMs, warmupMs }: Pick<LoadSpec, "callers" | "measuredMs" | "warmupMs">,
): Promise<LoadResult> => {
  const measureFromMs = performance.now() + warmupMs;
  const endMs = measureFromMs + measuredMs;
  const latenciesMs: number[] = [];
  let failed = 0;
  const runCaller = (channel: Channel): Promise<void> =>
    new Promise((resolve) => {
      const sendNext = (): void => {
        const sentAtMs = performance.now();
        channel.send((good) => {
          const nowMs = performance.now();
          if (!good) failed += 1;
          else if (nowMs >= measureFromMs && nowMs <= endMs) latenciesMs.push(nowMs - sentAtMs);
          if (nowMs < endMs) sendNext();
          else resolve();
        });
      };
      sendNext();
    });
  const running = Array.from({ length: callers }, (_, index) => channels[index % channels.length]);
  await Promise.all(running.map((channel) => channel && runCaller(channel)));
  const sorted = Float64Array.from(latenciesMs).sort();
  return {
    requestsPerSecond: sorted.length / (measuredMs / 1000),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    failed,
  };
};
