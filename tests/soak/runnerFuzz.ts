import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { makeEchoRepository } from "../../gpu-runner/testing/testEchoRepository.ts";
import { fuzzRunner } from "../fuzz/fuzzRunner.ts";
import { circumstances, table, writeSection } from "./results.ts";

const MAIN = fileURLToPath(new URL("../../gpu-runner/main.ts", import.meta.url));
const MESSAGES = 10_000;
const SAMPLE_EVERY = 1000;
/** The first ones fill caches and pools; from here on memory must not grow with the messages. */
const WARM = 3000;
const GROWTH_LIMIT_MIB = 24;

/** V8 takes what it may: with little to take, memory that grows is memory that something holds on to. */
const SMALL_HEAP = ["--max-semi-space-size=4", "--max-old-space-size=128"];

const residentMib = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
};

const startRunner = async (repository: string) => {
  const child = spawn(process.execPath, [...SMALL_HEAP, MAIN], {
    env: { ...process.env, PORT: "0", WORKERS: "1", EXECUTION_PROVIDER: "cpu", MODEL_REPOSITORY: repository },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk) => {
    log += String(chunk);
  });
  await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => Promise.reject(new Error(log))),
  ]);
  const url = /"url":"([^"]+)"/.exec(log)?.[1];
  if (url === undefined || child.pid === undefined) throw new Error(log);
  return { child, pid: child.pid, url, log: () => log };
};

/** Sends 10,000 broken messages of every protocol to a runner; FUZZ_SEED replays those of a run. */
export async function proveRunnerFuzz(report: (line: string) => void): Promise<boolean> {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
  const repository = await makeEchoRepository();
  const { child, log, pid, url } = await startRunner(repository);
  const samples: { messages: number; mib: number }[] = [];
  const onMessage = async (messages: number): Promise<void> => {
    if (messages % SAMPLE_EVERY === 0) samples.push({ messages, mib: Math.round(await residentMib(pid)) });
  };
  const startedMs = performance.now();
  const { answers, complaints } = await fuzzRunner(url, { messages: MESSAGES, seed, onMessage });
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const serves = (await fetch(`${url}/v2/models/double/ready`)).status === 200;
  const bugs = log().match(/"message":"a bug".*/g) ?? [];
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  await rm(repository, { recursive: true });

  for (const complaint of [...complaints, ...bugs]) report(complaint);
  const warm = samples.filter(({ messages }) => messages >= WARM).map(({ mib }) => mib);
  const growthMib = Math.max(...warm) - (warm[0] ?? 0);
  writeSection(
    "broken messages to the runner",
    `${circumstances("npm run soak -- runner-fuzz")}

${MESSAGES} messages in ${seconds} s, seed ${seed}: calls of gRPC, gRPC-Web and Connect, requests of REST, and connections that say nonsense, each broken at random. Answers that tell of a bug: ${complaints.length}; bugs in its log: ${bugs.length}; it serves afterwards: ${serves}; it drains and exits with ${code}. Memory grew by ${growthMib} MiB after the first ${WARM} (limit ${GROWTH_LIMIT_MIB}).

${table(
  [
    ["messages", ({ messages }: (typeof samples)[number]) => messages],
    ["resident MiB", ({ mib }) => mib],
  ],
  samples,
)}

${table(
  [
    ["answer", ([answer]: [string, number]) => answer],
    ["messages", ([, count]) => count],
  ],
  Object.entries(answers).sort(([, a], [, b]) => b - a),
)}`,
  );
  return (
    complaints.length === 0 && bugs.length === 0 && serves && code === 0 && growthMib <= GROWTH_LIMIT_MIB
  );
}
