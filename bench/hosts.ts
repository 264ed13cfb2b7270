import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { EDGE_SETTINGS_VARIABLE, type EdgeSettings } from "../local/edge/settings.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { type Part, type PartSpec, startPart } from "../local/supervise/part.ts";
import { freePort } from "../local/supervise/ports.ts";
import { cpuMsOf } from "./cpuTime.ts";
import type { LoadResult, LoadSpec } from "./load/loadPoint.ts";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Who answers under load. */
export type Server = "runner" | "passThrough" | "headgate";

/** Everything that a run measures, up and answering. */
export interface Hosts {
  readonly stack: Stack;
  readonly ports: Readonly<Record<Server, number>>;
  load(spec: LoadSpec): Promise<LoadResult>;
  /** Processor time that the process of a server has taken so far, in milliseconds; 0 where nobody knows. */
  cpuMs(server: Server): number;
  /** Starts one more edge process; it is stopped with the others. */
  startEdge(settings: Omit<EdgeSettings, "root" | "host" | "dataDir">): Promise<Part>;
  close(): Promise<void>;
}

/** One key does all the work here; its rate must not be what is measured. */
const SETTINGS = { RATE_LIMIT_PER_SECOND: "1000000", LOG_LEVEL: "info" };

const answerSchema = z.union([
  z.object({
    result: z.object({
      requestsPerSecond: z.number(),
      p50Ms: z.number(),
      p99Ms: z.number(),
      statuses: z.record(z.string(), z.number()),
      recorded: z.number(),
    }),
  }),
  z.object({ failure: z.string() }),
]);

const EVENTS = {
  onLine: (line: string) => console.error(line),
  onReady: () => undefined,
  onDeath: (name: string, why: string) => console.error(`${name} has died: ${why}`),
};

/** Brings up the mock runner, the product before it, the pass-through Worker, and the load generator. */
export async function openHosts(onProgress: (text: string) => void): Promise<Hosts> {
  const dataDir = join(ROOT, ".headgate", `bench-${process.pid}`);
  const parts: Part[] = [];
  const started = async (spec: PartSpec): Promise<Part> => {
    const part = startPart(spec, EVENTS);
    parts.push(part);
    await part.ready();
    return part;
  };
  const startEdge: Hosts["startEdge"] = (settings) =>
    started(
      edgeSpec({
        ...settings,
        root: ROOT,
        host: "127.0.0.1",
        dataDir: join(dataDir, `edge-${settings.port}`),
      }),
    );

  const ports = { runner: await freePort(), passThrough: await freePort(), headgate: await freePort() };
  const runnerUrl = `http://127.0.0.1:${ports.runner}`;
  const generator = fork(join(ROOT, "bench/loadGenerator.ts"), { serialization: "advanced" });
  let stack: Stack | null = null;
  const close = async () => {
    generator.disconnect();
    await Promise.all([stack?.stop(), ...parts.map((part) => part.stop())]);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const runner = await started(partSpec("runner", "bench/mockRunner.ts", { PORT: String(ports.runner) }));
    stack = await startStack({
      dataDir,
      port: ports.headgate,
      overrides: { ...SETTINGS, RUNNER_URLS: runnerUrl },
      onLine: EVENTS.onLine,
      onProgress,
    });
    const configPath = join(ROOT, "bench/passThrough.toml");
    const passThrough = await startEdge({
      configPath,
      port: ports.passThrough,
      bindings: { RUNNER_URL: runnerUrl },
    });
    const servers = { runner, passThrough, headgate: stack.parts.edge };
    return {
      stack,
      ports,
      startEdge,
      close,
      load: (spec) => runLoad(generator, spec),
      cpuMs: (server) => cpuMsOf(servers[server].processes()),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const partSpec = (
  name: PartSpec["name"],
  program: string,
  environment: PartSpec["environment"],
): PartSpec => ({
  name,
  program: join(ROOT, program),
  folder: ROOT,
  environment: { ...process.env, ...environment },
});

const edgeSpec = (settings: EdgeSettings): PartSpec =>
  partSpec("edge", "local/edge/main.ts", { [EDGE_SETTINGS_VARIABLE]: JSON.stringify(settings) });

async function runLoad(generator: ChildProcess, spec: LoadSpec): Promise<LoadResult> {
  const answered = once(generator, "message");
  generator.send(spec);
  const [message] = await answered;
  const answer = answerSchema.parse(message);
  if ("failure" in answer) throw new Error(`The load generator failed: ${answer.failure}`);
  return answer.result;
}
