import { createServer, type Server } from "node:http";
import { startEngine } from "./compute/startEngine.ts";
import { handleRequest } from "./handleRequest.ts";
import { RunnerMetrics } from "./observe/metrics.ts";
import type { Outcome } from "./protocol/outcome.ts";
import { openRepository } from "./repository/openRepository.ts";
import type { Serving } from "./serving.ts";
import type { Settings } from "./settings.ts";

/** A runner that serves. `stop` refuses new work, lets accepted requests finish, and ends its threads. */
export interface Runner {
  readonly url: string;
  readonly provider: string;
  stop(): Promise<void>;
}

/** Time that a caller may take to send a request, and that an idle connection stays open. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
/** While draining, how often connections are looked over for those that have become idle. */
const IDLE_SWEEP_MS = 20;

const listen = (server: Server, host: string, port: number): Promise<Outcome<number, string>> =>
  new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const busy = error.code === "EADDRINUSE" ? `Port ${port} on ${host} is taken.` : null;
      resolve({
        ok: false,
        failure: busy ?? `The runner cannot listen on ${host}:${port}: ${error.message}`,
      });
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve({ ok: true, value: typeof address === "object" && address !== null ? address.port : port });
    });
  });

const createHttpServer = (serving: Serving): Server => {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_TIMEOUT_MS, noDelay: true },
    (request, response) => void handleRequest(serving, request, response),
  );
  server.on("clientError", (_error, socket) => {
    if (socket.writable)
      socket.end(
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n" +
          '{"error":"The request is not HTTP."}',
      );
  });
  return server;
};

/** Closes the server: idle connections at once, others after their answer, all of them at the timeout. */
const drain = async (server: Server, timeoutMs: number): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
};

/**
 * Opens the model repository, listens, and loads and warms the models; resolves when ready. Health answers from
 * the moment it listens. `onLost` is told when a compute thread dies later. Fails with one clear sentence.
 */
export const startRunner = async (
  settings: Settings,
  onLost: (reason: string) => void,
): Promise<Outcome<Runner, string>> => {
  const repository = await openRepository(settings.MODEL_REPOSITORY);
  if (!repository.ok) return repository;
  const metrics = new RunnerMetrics();
  const models = new Map(repository.value.map((model) => [model.contract.name, model]));
  const serving: Serving = {
    models,
    metrics,
    maxBodyBytes: settings.MAX_BODY_BYTES,
    engine: null,
    draining: false,
  };
  const server = createHttpServer(serving);
  const port = await listen(server, settings.HOST, settings.PORT);
  if (!port.ok) return port;
  const started = await startEngine({
    models: repository.value,
    provider: settings.EXECUTION_PROVIDER,
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
    await drain(server, 0);
    return started;
  }
  serving.engine = started.value.engine;
  const host = settings.HOST.includes(":") ? `[${settings.HOST}]` : settings.HOST;
  const stop = async (): Promise<void> => {
    serving.draining = true;
    await drain(server, settings.DRAIN_TIMEOUT_MS);
    await started.value.stop();
  };
  const { provider } = started.value.engine;
  return { ok: true, value: { url: `http://${host}:${port.value}`, provider, stop } };
};
