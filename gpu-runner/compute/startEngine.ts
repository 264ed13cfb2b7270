import type { Outcome } from "../protocol/outcome.ts";
import type { RepositoryModel } from "../repository/openRepository.ts";
import { sourcesOf } from "../repository/sourcesOf.ts";
import { chooseProvider, type ProbeReport } from "./chooseProvider.ts";
import { ComputeWorker, deviceOf } from "./computeWorker.ts";
import type { Shedding } from "./job.ts";
import type { Provider, Target } from "./messages.ts";
import { Scheduler } from "./scheduler.ts";
import { targetsOf } from "./targetsOf.ts";
import { type LoadedVersion, Workforce } from "./workforce.ts";

export interface EngineOptions {
  readonly models: readonly RepositoryModel[];
  readonly provider: Provider | "auto";
  /** CUDA devices; other providers have one. */
  readonly deviceIds: readonly number[];
  /** Threads, and so runs at a time, on all devices together; each device has one at least. */
  readonly workers: number;
  readonly queueLimit: number;
  readonly maxImagePixels: number;
  readonly shedding: () => Shedding;
  readonly onBatch: (key: string, rows: number, computeMs: number) => void;
  readonly onLost: (reason: string) => void;
}

/** An engine that has loaded and run every version once. */
export interface StartedEngine {
  readonly scheduler: Scheduler;
  readonly workforce: Workforce;
  readonly provider: Provider;
  readonly probes: ProbeReport;
  readonly devices: readonly string[];
  readonly workers: number;
  readonly loaded: readonly LoadedVersion[];
  /** Lets the runs under way end, and then the threads. */
  readonly stop: () => Promise<void>;
}

const startScheduler = (options: EngineOptions, devices: readonly string[], lanes: number): Scheduler =>
  new Scheduler({
    devices,
    lanesPerDevice: lanes,
    queueLimit: options.queueLimit,
    now: () => performance.now(),
    soon: (callback) => void setImmediate(callback),
    later: (callback, delayMs) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    shedding: options.shedding,
    onBatch: options.onBatch,
  });

/**
 * Starts the compute threads, chooses the execution provider and loads and warms every model on every thread.
 * Fails with one sentence; an execution provider that was asked for and does not work is such a failure, never
 * a silent step down.
 */
export const startEngine = async (options: EngineOptions): Promise<Outcome<StartedEngine, string>> => {
  const { deviceIds, maxImagePixels, onLost, provider: wish } = options;
  const hire = (target: Target): ComputeWorker => new ComputeWorker(target, maxImagePixels, onLost);
  const first = hire({ provider: "cpu", deviceId: 0 });
  const choice = await chooseProvider(first, wish, deviceIds);
  if (!choice.ok) {
    await first.stop();
    return choice;
  }
  const { probes, provider } = choice.value;
  const targets = targetsOf(provider, deviceIds, options.workers);
  const [target, ...others] = targets;
  if (target !== undefined) first.assign(target);
  const workforce = new Workforce({ targets, cpuFallback: wish === "auto", hire });
  const loaded = await workforce.load(options.models.flatMap(sourcesOf), [first, ...others.map(hire)]);
  if (!loaded.ok) {
    await workforce.stop();
    return loaded;
  }
  const devices = [...new Set(targets.map(deviceOf))];
  const scheduler = startScheduler(options, devices, targets.length / devices.length);
  for (const version of loaded.value) scheduler.open(version);
  const stop = async (): Promise<void> => {
    await scheduler.whenIdle();
    await workforce.stop();
  };
  const workers = targets.length;
  return {
    ok: true,
    value: { scheduler, workforce, provider, probes, devices, workers, loaded: loaded.value, stop },
  };
};
