import type { Outcome } from "../protocol/outcome.ts";
import type { RepositoryModel } from "../repository/openRepository.ts";
import { type Engine, keyOf, type ProbeReport } from "../serving.ts";
import { ComputeWorker } from "./computeWorker.ts";
import { PROVIDERS, type Provider } from "./messages.ts";
import { Scheduler } from "./scheduler.ts";

export interface EngineOptions {
  readonly models: readonly RepositoryModel[];
  readonly provider: Provider | "auto";
  readonly workers: number;
  readonly queueLimit: number;
  readonly maxImagePixels: number;
  readonly onBatch: (key: string, rows: number, computeMs: number) => void;
  readonly onLost: (reason: string) => void;
}

/** An engine, and how its threads are ended once nothing runs on them. */
export interface StartedEngine {
  readonly engine: Engine;
  readonly stop: () => Promise<void>;
}

interface Choice {
  readonly provider: Provider;
  readonly probes: ProbeReport;
}

/** The runtime's reason without the place in its source code. */
const shorten = (reason: string): string =>
  (reason.split("\n")[0] ?? "").replace(/^.* was false\. /, "").slice(0, 200);

/** Tries the providers, best first, with one real operator each; an explicit wish is the only one tried. */
const chooseProvider = async (
  worker: ComputeWorker,
  wish: Provider | "auto",
): Promise<Outcome<Choice, string>> => {
  const probes: Partial<Record<Provider, string>> = {};
  for (const provider of wish === "auto" ? PROVIDERS : [wish]) {
    const reply = await worker.ask({ kind: "probe", provider });
    probes[provider] = reply.kind === "failed" ? shorten(reply.reason) : "works";
    if (reply.kind === "probed") return { ok: true, value: { provider, probes } };
  }
  const reasons = Object.entries(probes).map(([provider, reason]) => `${provider}: ${reason}`);
  return { ok: false, failure: `No execution provider works (${reasons.join("; ")}).` };
};

/** Loads every version into one worker and runs it once; the keys of those that the provider runs only in part. */
const loadModels = async (
  worker: ComputeWorker,
  { models, provider: wish }: EngineOptions,
  provider: Provider,
): Promise<Outcome<string[], string>> => {
  const partly: string[] = [];
  for (const { contract, versions } of models)
    for (const { path, version } of versions) {
      const key = keyOf(contract.name, version);
      const cpuFallback = wish === "auto";
      const reply = await worker.ask({ kind: "load", key, contract, path, provider, cpuFallback });
      if (reply.kind === "failed")
        return { ok: false, failure: `Model ${key} cannot be loaded on ${provider}: ${reply.reason}` };
      if (reply.kind === "loaded" && !reply.wholly) partly.push(key);
    }
  return { ok: true, value: partly };
};

/**
 * Starts the compute threads, chooses the execution provider and loads and warms every model on every thread.
 * Fails with one sentence; an execution provider that was asked for and does not work is such a failure, never
 * a silent step down.
 */
export const startEngine = async (options: EngineOptions): Promise<Outcome<StartedEngine, string>> => {
  const first = new ComputeWorker(options.maxImagePixels, options.onLost);
  const rest = Array.from(
    { length: options.workers - 1 },
    () => new ComputeWorker(options.maxImagePixels, options.onLost),
  );
  const workers = [first, ...rest];
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };
  const fail = async (failure: string): Promise<Outcome<StartedEngine, string>> => {
    await stop();
    return { ok: false, failure };
  };
  const choice = await chooseProvider(first, options.provider);
  if (!choice.ok) return fail(choice.failure);
  const { probes, provider } = choice.value;
  const partly = new Set<string>();
  for (const loaded of await Promise.all(workers.map((worker) => loadModels(worker, options, provider)))) {
    if (!loaded.ok) return fail(loaded.failure);
    for (const key of loaded.value) partly.add(key);
  }
  const scheduler = new Scheduler({
    workers,
    queueLimit: options.queueLimit,
    now: () => performance.now(),
    onBatch: options.onBatch,
  });
  return {
    ok: true,
    value: { engine: { scheduler, provider, probes, partly, workers: workers.length }, stop },
  };
};
