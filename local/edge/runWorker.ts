import { once } from "node:events";
import { connect } from "node:net";
import type { Readable } from "node:stream";
import { Log, LogLevel, Miniflare } from "miniflare";
import { bundleWorker } from "./bundleWorker.ts";
import { readWorkerConfig } from "./readWorkerConfig.ts";
import type { EdgeSettings } from "./settings.ts";

/** The Worker, serving. */
export interface RunningWorker {
  /** Runs the Worker's cron handler. */
  runScheduled(): Promise<void>;
  stop(): Promise<void>;
}

/** What the Worker writes goes out as it is, line by line; nothing else is added. */
function passOn(stdout: Readable, stderr: Readable): void {
  stdout.pipe(process.stdout, { end: false });
  stderr.pipe(process.stderr, { end: false });
}

/**
 * Bundles the Worker and runs it in workerd through Miniflare, with R2 and Durable Objects on disk. The
 * public port is a direct socket of the Worker: no proxy of Miniflare's stands before it.
 */
export async function runWorker(settings: EdgeSettings): Promise<RunningWorker> {
  const worker = await readWorkerConfig(settings.configPath);
  const { modules } = await bundleWorker(settings);
  const miniflare = new Miniflare({
    log: new Log(LogLevel.ERROR),
    host: "127.0.0.1",
    port: 0,
    cf: false,
    telemetry: { enabled: false },
    logRequests: false,
    handleRuntimeStdio: passOn,
    defaultPersistRoot: settings.dataDir,
    ...(settings.inspectorPort === undefined ? {} : { inspectorPort: settings.inspectorPort }),
    workers: [
      {
        ...worker.options,
        modules: modules.map(({ name, type, base64 }) => ({
          type,
          path: `/${name}`,
          contents: Buffer.from(base64, "base64"),
        })),
        modulesRoot: "/",
        bindings: { ...worker.options.bindings, ...settings.bindings },
        unsafeDirectSockets: [{ host: settings.host, port: settings.port }],
      },
    ],
  });
  await miniflare.ready;
  return {
    async runScheduled() {
      const running = await miniflare.getWorker(worker.options.name);
      await running.scheduled({ cron: worker.cron, scheduledTime: new Date() });
    },
    stop: () => miniflare.dispose(),
  };
}

/** Resolves when nothing serves on the port any more: an open connection ends with the process behind it. */
export async function untilGone(host: string, port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, host);
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    if (!connected) return;
    socket.on("error", () => undefined);
    socket.resume();
    await once(socket, "close").catch(() => undefined);
  }
}
