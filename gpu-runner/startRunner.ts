import { startEngine } from "./compute/startEngine.ts";
import { createHandlers } from "./createHandlers.ts";
import { followGpus, type GpuSettings } from "./device/followGpus.ts";
import { UNREAD } from "./device/gpuWatch.ts";
import { openDoor } from "./listen/openDoor.ts";
import { writeLog } from "./observe/log.ts";
import { RunnerMetrics } from "./observe/metrics.ts";
import type { Outcome } from "./protocol/outcome.ts";
import { ModelRepository } from "./repository/modelRepository.ts";
import { foldersOf, openRepository } from "./repository/openRepository.ts";
import type { Serving } from "./serving.ts";
import type { Settings } from "./settings.ts";

/** A runner that serves. `stop` refuses new work, lets accepted requests finish, and ends its threads. */
export interface Runner {
  readonly url: string;
  /** Where it is reached in plain from this machine, besides. */
  readonly loopbackUrl: string | null;
  readonly provider: string;
  /** Looks for renewed certificates now rather than at the next interval. */
  lookForCertificates(): Promise<void>;
  stop(): Promise<void>;
}

const gpuSettingsOf = (settings: Settings): GpuSettings => ({
  everyMs: settings.GPU_WATCH_MS,
  warnC: settings.GPU_WARN_C,
  criticalC: settings.GPU_CRITICAL_C,
});

/**
 * Opens the model repository, listens, and loads and warms the models; resolves when ready. Health answers from
 * the moment it listens. `onLost` is told when a compute thread dies later. Fails with one clear sentence.
 */
export const startRunner = async (
  settings: Settings,
  onLost: (reason: string) => void,
): Promise<Outcome<Runner, string>> => {
  const opened = await openRepository(settings.MODEL_REPOSITORY);
  if (!opened.ok) return opened;
  const metrics = new RunnerMetrics();
  const repository = new ModelRepository(foldersOf(settings.MODEL_REPOSITORY), opened.value);
  const serving: Serving = {
    models: repository.models,
    repository,
    shedding: "none",
    gpus: UNREAD,
    metrics,
    maxBodyBytes: settings.MAX_BODY_BYTES,
    maxImagePixels: settings.MAX_IMAGE_PIXELS,
    engine: null,
    draining: false,
  };
  const door = await openDoor(settings, createHandlers(serving), writeLog);
  if (!door.ok) return door;
  const stopWatch = followGpus(gpuSettingsOf(settings), serving, writeLog);
  const started = await startEngine({
    models: opened.value,
    provider: settings.EXECUTION_PROVIDER,
    deviceIds: settings.DEVICES,
    shedding: () => serving.shedding,
    workers: settings.WORKERS,
    queueLimit: settings.QUEUE_LIMIT,
    maxImagePixels: settings.MAX_IMAGE_PIXELS,
    onLost,
    onBatch: (key, rows, computeMs) => {
      const labels = { model: key.slice(0, key.lastIndexOf("/")) };
      metrics.batchRows.observe(labels, rows);
      metrics.computeSeconds.observe(labels, computeMs / 1000);
    },
  });
  if (!started.ok) {
    stopWatch();
    await door.value.close(0);
    return started;
  }
  serving.engine = started.value;
  repository.start(started.value);
  const stop = async (): Promise<void> => {
    serving.draining = true;
    stopWatch();
    await door.value.close(settings.DRAIN_TIMEOUT_MS);
    await repository.stop();
    await started.value.stop();
  };
  const { provider } = started.value;
  const { lookForCertificates, loopbackUrl, url } = door.value;
  return { ok: true, value: { url, loopbackUrl, provider, lookForCertificates, stop } };
};
