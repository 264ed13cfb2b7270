import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedEngine, startEngine } from "../compute/startEngine.ts";
import { affineContract, affineGraph, putModel } from "../testing/testAffine.ts";
import { floatsOf } from "../testing/testModel.ts";
import { keyOf } from "./keyOf.ts";
import { ModelRepository } from "./modelRepository.ts";
import { openRepository } from "./openRepository.ts";

const STAYS = affineContract("stays");
const CHANGES = affineContract("changes");
const GRACE_MS = 20;

let folder: string;
let engine: StartedEngine;
let repository: ModelRepository;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "headgate-models-"));
  await putModel(folder, STAYS, 1, affineGraph(10));
  await putModel(folder, CHANGES, 1, affineGraph(1));
  const opened = await openRepository(folder);
  if (!opened.ok) throw new Error(opened.failure);
  const started = await startEngine({
    models: opened.value,
    provider: "cpu",
    deviceIds: [0],
    workers: 1,
    queueLimit: 64,
    maxImagePixels: 1000,
    shedding: () => "none",
    onBatch: () => {},
    onLost: (reason) => {
      throw new Error(reason);
    },
  });
  if (!started.ok) throw new Error(started.failure);
  engine = started.value;
  repository = new ModelRepository([folder], opened.value, GRACE_MS);
  repository.start(engine);
});
afterAll(async () => {
  await repository.stop();
  await engine.stop();
  await rm(folder, { recursive: true });
});
/** Makes `changes` what it was at the start: version 1 alone, with the factor 1. */
const reset = async (): Promise<void> => {
  await rm(join(folder, "changes"), { recursive: true, force: true });
  await putModel(folder, CHANGES, 1, affineGraph(1));
  expect(await repository.load("changes")).toMatchObject({ ok: true });
};

/** What a model makes of 1, or the status of the refusal. */
const ask = async (name: string, version: string | null = null): Promise<number> => {
  const model = repository.models.get(name);
  const found = version ?? model?.versions.at(-1)?.version;
  if (model === undefined || found === undefined) return 404;
  const x = {
    datatype: "FP32",
    shape: [1, 3],
    bytes: new Uint8Array(Float32Array.of(1, 1, 1).buffer),
  } as const;
  const outcome = await engine.scheduler.submit({
    key: keyOf(name, found),
    contract: model.contract,
    inputs: { x },
    deadlineAtMs: null,
    gone: new AbortController().signal,
  });
  return outcome.ok ? (floatsOf(outcome.value.outputs.y)[0] ?? Number.NaN) : outcome.failure.status;
};

/** Eight callers ask until the work is done, and leave a core to it; what was answered, in order. */
const askDuring = async (name: string, work: () => Promise<unknown>): Promise<number[]> => {
  const answers: number[] = [];
  let isWorking = true;
  const callers = Array.from({ length: 8 }, async () => {
    while (isWorking) {
      answers.push(await ask(name));
      await pause(1);
    }
  });
  await work();
  isWorking = false;
  await Promise.all(callers);
  return answers;
};

const statesOf = (name: string) =>
  repository
    .index()
    .filter((state) => state.name === name)
    .map(({ state, version }) => [version, state]);

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await pause(1);
};

describe("a model under load", () => {
  it("is replaced without a failed request: the old one serves until the new one does, and then never again", async () => {
    let changed: readonly number[] = [];
    const stayed = await askDuring("stays", async () => {
      changed = await askDuring("changes", async () => {
        await putModel(folder, CHANGES, 1, affineGraph(2));
        expect(await repository.load("changes")).toMatchObject({ ok: true });
      });
    });
    expect(new Set(stayed)).toEqual(new Set([10]));
    expect([...changed], "in order, each served").toEqual([...changed].sort((a, b) => a - b));
    expect([1, 2]).toEqual(expect.arrayContaining([...new Set(changed)]));
    expect(await ask("changes")).toBe(2);
  });

  it("gets a new version beside the old one, and loses the one whose folder is gone, without a failed request", async () => {
    await reset();
    const answers = await askDuring("changes", async () => {
      await putModel(folder, CHANGES, 10, affineGraph(5));
      await repository.load("changes");
      expect([await ask("changes", "1"), await ask("changes")]).toEqual([1, 5]);
      await rm(join(folder, "changes", "1"), { recursive: true });
      await repository.load("changes");
    });
    expect([1, 5]).toEqual(expect.arrayContaining([...new Set(answers)]));
    await until(() => statesOf("changes").length === 1);
    expect(statesOf("changes")).toEqual([["10", "READY"]]);
    expect(await ask("changes", "1")).toBe(404);
  });

  it("is unloaded: what was accepted is answered, what comes later finds none, and the others go on", async () => {
    const served = await ask("changes");
    const accepted = Array.from({ length: 20 }, () => ask("changes"));
    const stayed = await askDuring("stays", async () => {
      expect(await repository.unload("changes")).toMatchObject({ ok: true });
      expect(await ask("changes")).toBe(404);
      await until(() => statesOf("changes").every(([, state]) => state === "UNAVAILABLE"));
    });
    expect([1, 2, 5]).toContain(served);
    expect(new Set(await Promise.all(accepted))).toEqual(new Set([served]));
    expect(new Set(stayed)).toEqual(new Set([10]));
    expect(await repository.unload("changes")).toMatchObject({ failure: { status: 404, category: "model" } });
  });
});

it("refuses a file that is not what is pinned, serves the old one on, and says why in the index", async () => {
  await reset();
  const pinned = createHash("sha256").update(affineGraph(2)).digest("hex");
  const contract = { ...CHANGES, sha256: { "1/model.onnx": pinned } };
  await putModel(folder, contract, 1, affineGraph(6));
  const reason = expect.stringContaining("1/model.onnx is not what model.json pins");
  expect(await repository.load("changes")).toMatchObject({
    failure: { status: 400, category: "model", retry: false, error: reason },
  });
  expect(await ask("changes")).toBe(1);
  expect(repository.index()).toContainEqual({ name: "changes", version: "1", state: "READY", reason });
  await putModel(folder, contract, 1, affineGraph(2));
  expect(await repository.load("changes")).toMatchObject({ ok: true });
  expect([await ask("changes"), repository.find("changes", "1")?.sha256]).toEqual([2, pinned]);
});

it("refuses a model that breaks what the gate relies on by its name", async () => {
  await putModel(folder, affineContract("visual-512"), 1, affineGraph(1));
  const error = expect.stringContaining("breaks what the gate relies on");
  expect(await repository.load("visual-512")).toMatchObject({ failure: { status: 400, error } });
});

it("answers 404 for a model that is not in the repository, and 400 for what is no name", async () => {
  expect(await repository.load("nobody")).toMatchObject({ failure: { status: 404, category: "model" } });
  expect(await repository.load("../stays")).toMatchObject({ failure: { status: 400 } });
});

it("loads nothing again that has not changed, and all again where a file beside the versions has", async () => {
  const before = repository.find("changes", "1");
  await repository.load("changes");
  expect(repository.find("changes", "1")).toBe(before);
  await writeFile(join(folder, "changes", "tokenizer.json"), "{}");
  await repository.load("changes");
  expect(repository.find("changes", "1")).not.toBe(before);
});
