import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { Graph } from "../gpu-runner/build-models/graph.ts";
import { makeStandIn, slowsDownAt, smiXml } from "../gpu-runner/device/testNvidiaSmi.ts";

const MAIN = fileURLToPath(new URL("../gpu-runner/main.ts", import.meta.url));
const CHECK_HEALTH = fileURLToPath(new URL("../gpu-runner/container/checkHealth.ts", import.meta.url));

/** A repository with one model that doubles a number: what it computes does not matter here. */
const makeRepository = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-watch-"));
  const graph = new Graph("double");
  const x = graph.input("x", "float", ["N", 1]);
  graph.op("Add", [x, x], {}, "y");
  graph.output("y", ["N", 1]);
  await mkdir(join(folder, "double", "1"), { recursive: true });
  await writeFile(join(folder, "double", "1", "model.onnx"), graph.toBytes());
  const tensor = (name: string) => ({ name, datatype: "FP32", shape: [-1, 1] });
  const contract = { name: "double", max_batch: 4, inputs: [tensor("x")], outputs: [tensor("y")] };
  await writeFile(join(folder, "double", "model.json"), JSON.stringify(contract));
  return folder;
};

interface StartedRunner {
  readonly child: ChildProcess;
  readonly url: string;
  /** Its log so far, one object per line. */
  lines(): Record<string, unknown>[];
}

const lineSchema = z.record(z.string(), z.unknown());

/** As in the image, whose file system is read-only: it may write no file. */
const READ_ONLY = [
  "--permission",
  "--allow-fs-read=*",
  "--allow-worker",
  "--allow-addons",
  "--allow-child-process",
];

/** Starts the runner's own process with `path` as its PATH, and waits until it is ready. */
const startRunner = (repository: string, path: string): Promise<StartedRunner> =>
  new Promise((resolve, reject) => {
    const settings = { PORT: "0", WORKERS: "1", EXECUTION_PROVIDER: "cpu", GPU_WATCH_MS: "20" };
    const child = spawn(process.execPath, [...READ_ONLY, MAIN], {
      env: { ...process.env, ...settings, MODEL_REPOSITORY: repository, PATH: path },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let log = "";
    const lines = () =>
      log
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => lineSchema.parse(JSON.parse(line)));
    child.stderr.on("data", (chunk) => {
      log += String(chunk);
    });
    child.stdout.on("data", () => {
      const url = z.string().parse(lines().find(({ message }) => message === "listening")?.url);
      resolve({ child, url, lines });
    });
    child.once("exit", () => reject(new Error(log)));
  });

const metricsOf = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

const infer = async (url: string, headers: Record<string, string>) => {
  const inputs = [{ name: "x", datatype: "FP32", shape: [1, 1], data: [2] }];
  const response = await fetch(`${url}/v2/models/double/infer`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ inputs }),
  });
  return { status: response.status, body: await response.json() };
};

const BATCH = { "x-request-priority": "batch" };
/** A span of somebody else's trace. */
const PARENT = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };

let repository: string;
let standIn: string;
let runner: StartedRunner;
beforeAll(async () => {
  repository = await makeRepository();
  standIn = await makeStandIn(page("71 C"));
  runner = await startRunner(repository, `${standIn}:/usr/bin:/bin`);
});
afterAll(async () => {
  runner.child.kill("SIGKILL");
  await rm(repository, { recursive: true });
  await rm(standIn, { recursive: true });
});

const page = (temperature: string): string =>
  smiXml({ temperature, limits: slowsDownAt("96 C"), hotReason: "Not Active" });

/** Brings the card to a temperature and waits until `metric` says what is expected. */
const heatTo = async (temperature: string, metric: string): Promise<void> => {
  await writeFile(join(standIn, "page.xml"), page(temperature));
  await vi.waitFor(async () => expect(await metricsOf(runner.url)).toContain(metric), {
    timeout: 5000,
    interval: 10,
  });
};

const shed = (priority: "act" | "batch", is: 0 | 1): string =>
  `headgate_runner_shedding{priority="${priority}"} ${is}\n`;

describe("a card that overheats", () => {
  it("is seen: its temperature, limits and processes, and no sensor that it lacks", async () => {
    await heatTo("71 C", 'headgate_runner_gpu_temperature_celsius{gpu="0"} 71\n');
    const metrics = await metricsOf(runner.url);
    expect(metrics).toContain('headgate_runner_gpu_temperature_limit_celsius{gpu="0",limit="critical"} 90\n');
    expect(metrics).toContain("headgate_runner_gpu_present 1\n");
    expect(metrics).not.toContain("headgate_runner_gpu_power_limit_watts{");
    const server = await (await fetch(`${runner.url}/v2`)).json();
    expect(server.parameters.gpus[0]).toMatchObject({
      heat: "normal",
      processes: [
        { pid: 4711, memory_bytes: 2 ** 29 },
        { pid: 4712, memory_bytes: null },
      ],
    });
    expect((await infer(runner.url, BATCH)).status).toBe(200);
  });

  it("warns at 85 °C and refuses nothing", async () => {
    await heatTo("85 C", 'headgate_runner_gpu_heat{gpu="0",heat="warm"} 1\n');
    expect(await metricsOf(runner.url)).toContain(shed("batch", 0));
    expect((await infer(runner.url, BATCH)).status).toBe(200);
    expect(runner.lines()).toContainEqual(
      expect.objectContaining({ level: "warn", message: "gpu is warm", temperature_c: 85, warn_c: 85 }),
    );
  });

  it("at 90 °C refuses batch work first and soon all of it, with 503 and a retry, and is not ready", async () => {
    await heatTo("90 C", shed("act", 1));
    for (const headers of [BATCH, {}])
      expect(await infer(runner.url, headers)).toMatchObject({
        status: 503,
        body: { category: "resource", retry: true },
      });
    expect((await fetch(`${runner.url}/v2/health/ready`)).status).toBe(503);
    expect((await fetch(`${runner.url}/v2/health/live`)).status).toBe(200);
    const sheds = runner.lines().flatMap((line) => (line.message === "shedding for heat" ? line.sheds : []));
    expect(sheds).toEqual(["batch", "all"]);
    expect(runner.lines()).toContainEqual(
      expect.objectContaining({ level: "error", message: "gpu is critical", temperature_c: 90 }),
    );
  });

  it("takes all work again once it has cooled down to 85 °C, not before", async () => {
    await heatTo("86 C", 'headgate_runner_gpu_temperature_celsius{gpu="0"} 86\n');
    expect((await infer(runner.url, {})).status).toBe(503);
    await heatTo("85 C", shed("batch", 0));
    expect((await infer(runner.url, BATCH)).status).toBe(200);
    expect((await infer(runner.url, {})).status).toBe(200);
  });
});

it("a request of a sampled trace leaves a span with the queue and the run apart; others leave none", async () => {
  const header = (flags: string): string => `00-${PARENT.traceId}-${PARENT.spanId}-${flags}`;
  const spans = () => runner.lines().filter(({ message }) => message === "span");
  await infer(runner.url, { traceparent: header("00") });
  await infer(runner.url, { traceparent: "00-nonsense" });
  await infer(runner.url, { traceparent: header("01") });
  await vi.waitFor(() => expect(spans()).toHaveLength(1), { interval: 5 });
  expect(spans()[0]).toMatchObject({
    name: "infer",
    trace_id: PARENT.traceId,
    parent_span_id: PARENT.spanId,
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    model: "double",
    version: "1",
    status: 200,
    queue_ms: expect.any(Number),
    compute_ms: expect.any(Number),
    duration_ms: expect.any(Number),
  });
});

it("the container's health check tells a runner that lives from a port where none does", async () => {
  const check = async (port: string): Promise<unknown> => {
    const child = spawn(process.execPath, [CHECK_HEALTH], { env: { ...process.env, LOOPBACK_PORT: port } });
    return (await once(child, "exit"))[0];
  };
  expect(await check(new URL(runner.url).port)).toBe(0);
  expect(await check("1")).toBe(1);
});

it("a machine without a card says so once, in its log, its metrics and its metadata, and serves", async () => {
  const other = await startRunner(repository, "/nowhere");
  try {
    await vi.waitFor(async () =>
      expect(await metricsOf(other.url)).toContain('headgate_runner_gpu_looks_total{outcome="absent"} 1\n'),
    );
    expect(await metricsOf(other.url)).toContain("headgate_runner_gpu_present 0\n");
    const { parameters } = await (await fetch(`${other.url}/v2`)).json();
    expect(parameters).toMatchObject({ gpus: [], gpu_watch: "absent: there is no nvidia-smi on the PATH" });
    expect(other.lines().filter(({ message }) => message === "no gpu")).toHaveLength(1);
    expect((await infer(other.url, BATCH)).status).toBe(200);
  } finally {
    other.child.kill("SIGKILL");
  }
});
