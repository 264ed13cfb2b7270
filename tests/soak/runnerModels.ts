import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { affineContract, affineGraph, putModel } from "../../gpu-runner/testing/testAffine.ts";
import { countTold, loadModels, type Told } from "../support/modelLoad.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runnerProcess.ts";
import { circumstances, table, writeSection } from "./results.ts";

const SECONDS = 60;
const CALLERS = 8;
/** Between two changes: long enough that requests find each state. */
const PAUSE_MS = 300;
const SIGTERMS = 10;
const MODELS = ["stays", "changes", "goes"];

interface LoadResult {
  readonly model: string;
  readonly calls: number;
  readonly changes: number;
  readonly outcomes: string;
  readonly holds: boolean;
}

const write = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([what, count]) => `${what}: ${count}`)
    .join(", ");

const change = async (runner: RunnerProcess, name: string, verb: "load" | "unload"): Promise<void> => {
  const answer = await fetch(`${runner.url}/v2/repository/models/${name}/${verb}`, { method: "POST" });
  if (!answer.ok) throw new Error(`${verb} of ${name}: ${answer.status} ${await answer.text()}`);
};

/** The factors that a model made of its calls, in the order of its answers: none may come back once it was replaced. */
const goesBack = (told: readonly Told[]): number => {
  const made = told.flatMap((one) => (one.kind === "answered" && one.made !== null ? [one.made] : []));
  // Callers note their answers side by side: one may be behind by what is under way in the others.
  return made.filter((factor, index) => factor < (made[index - CALLERS] ?? 0)).length;
};

/** Memory that a process holds, in megabytes. */
const residentMegabytes = async (pid: number): Promise<number> => {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kilobytes) / 1024);
};

interface Changed {
  readonly models: readonly LoadResult[];
  /** After the first sixth of the time, and at its end. */
  readonly megabytes: readonly [early: number, late: number];
}

/** Replaces one model again and again, unloads and loads another, and leaves a third alone, all under load. */
async function soakChanges(repository: string, report: (line: string) => void): Promise<Changed> {
  const runner = await startRunnerProcess({
    MODEL_REPOSITORY: repository,
    WORKERS: "1",
    QUEUE_LIMIT: "1000",
  });
  const load = loadModels(runner.url, MODELS, CALLERS);
  const startedAtMs = performance.now();
  const endsAtMs = startedAtMs + SECONDS * 1000;
  let changes = 0;
  let earlyMegabytes: number | null = null;
  const pid = runner.child.pid ?? 0;
  while (performance.now() < endsAtMs) {
    changes += 1;
    if (performance.now() > startedAtMs + (SECONDS * 1000) / 6)
      earlyMegabytes ??= await residentMegabytes(pid);
    await putModel(repository, affineContract("changes"), 1, affineGraph(changes + 1));
    await change(runner, "changes", "load");
    await change(runner, "goes", changes % 2 === 1 ? "unload" : "load");
    await pause(PAUSE_MS);
  }
  await load.stop();
  const megabytes = [earlyMegabytes ?? 0, await residentMegabytes(pid)] as const;
  runner.child.kill("SIGTERM");
  await runner.ended;
  report(`${changes} changes in ${SECONDS} s, ${megabytes.join(" → ")} MB`);
  const models = MODELS.map((model) => {
    const told = load.told.get(model) ?? [];
    const counts = countTold(told);
    const allowed = model === "goes" ? ["200", "404"] : ["200"];
    const holds = Object.keys(counts).every((what) => allowed.includes(what)) && goesBack(told) === 0;
    return {
      model,
      calls: told.length,
      changes: model === "stays" ? 0 : changes,
      outcomes: write(counts),
      holds,
    };
  });
  return { models, megabytes };
}

/** SIGTERM under load: how the calls of one runner ended. */
async function soakSigterm(repository: string): Promise<LoadResult> {
  const runner = await startRunnerProcess({
    MODEL_REPOSITORY: repository,
    WORKERS: "1",
    QUEUE_LIMIT: "1000",
  });
  const load = loadModels(runner.url, MODELS, CALLERS);
  await pause(1000);
  runner.child.kill("SIGTERM");
  await load.done;
  const { code } = await runner.ended;
  const told = [...load.told.values()].flat();
  const counts = countTold(told);
  const holds = code === 0 && Object.keys(counts).every((what) => what === "200" || what === "not taken");
  return { model: `exit code ${code}`, calls: told.length, changes: 1, outcomes: write(counts), holds };
}

/** Replaces, unloads and loads models of a runner under load, and ends runners under load. */
export async function proveRunnerModels(report: (line: string) => void): Promise<boolean> {
  const repository = await mkdtemp(join(tmpdir(), "headgate-models-"));
  try {
    for (const name of MODELS) await putModel(repository, affineContract(name), 1, affineGraph(1));
    const changed = await soakChanges(repository, report);
    await putModel(repository, affineContract("goes"), 1, affineGraph(1));
    const ended: LoadResult[] = [];
    for (let round = 0; round < SIGTERMS; round += 1) ended.push(await soakSigterm(repository));
    const holds = [...changed.models, ...ended].every((result) => result.holds);
    writeSection("models under load", describe(changed, ended));
    return holds;
  } finally {
    await rm(repository, { recursive: true });
  }
}

const describe = ({ megabytes, models }: Changed, ended: readonly LoadResult[]): string =>
  `${circumstances("npm run soak -- runner-models")}

A runner in a process of its own with one compute thread; ${CALLERS} callers of each of three small models ask without a pause, over connections that stay open, and repeat nothing. For ${SECONDS} s one model is replaced by a file with another factor, one is unloaded and loaded in turn, one is left alone. No answer of a replaced model may be that of an older file once callers have had the newer one.

${table(
  [
    ["model", ({ model }) => model],
    ["changes", ({ changes }) => changes],
    ["calls", ({ calls }) => calls],
    ["answers", ({ outcomes }) => outcomes],
    ["holds", ({ holds }) => (holds ? "yes" : "no")],
  ],
  models,
)}

The runner held ${megabytes[0]} MB after ten seconds and ${megabytes[1]} MB after ${SECONDS}.

Then ${ended.length} runners get SIGTERM under the same load. *Not taken* are connections that were tried after the port was closed, one by each caller, with which it ends; a connection that broke behind a request would be *lost*.

${table(
  [
    ["runner", ({ model }) => model],
    ["calls", ({ calls }) => calls],
    ["answers", ({ outcomes }) => outcomes],
    ["holds", ({ holds }) => (holds ? "yes" : "no")],
  ],
  ended,
)}`;
