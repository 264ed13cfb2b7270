import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runBatch } from "../../gpu-runner/compute/runBatch.ts";
import { loadModel } from "../../gpu-runner/compute/session.ts";
import { modelContractSchema } from "../../gpu-runner/repository/modelContract.ts";
import { openRepository } from "../../gpu-runner/repository/openRepository.ts";
import { affineGraph } from "../../gpu-runner/testing/testAffine.ts";
import { bytesTensor, floatsOf } from "../../gpu-runner/testing/testModel.ts";
import { meanOf, WIDTH, WORD_TOKENIZER, wordGraph } from "../../gpu-runner/testing/testWords.ts";
import type { Screen } from "../command.ts";
import { CATALOG, type CatalogFile, type CatalogModel } from "./catalog.ts";
import { createListCommand, createPullCommand } from "./pullModel.ts";

const GRAPH = Buffer.from(wordGraph());
const TOKENIZER = Buffer.from(WORD_TOKENIZER);

let folder: string;
let server: Server;
let origin: string;
let sent: Buffer[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    const file = request.url?.endsWith("tokenizer.json") ? TOKENIZER : sent.shift();
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterAll(() => server.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "headgate-pull-"));
  sent = [];
});
afterEach(() => rm(folder, { recursive: true }));

const pinned = (path: string, content: Buffer): CatalogFile => ({
  path,
  url: `${origin}/${path === "1/model.onnx" ? "onnx/model.onnx" : path}`,
  sizeBytes: content.length,
  sha256: createHash("sha256").update(content).digest("hex"),
});

/** The catalog's MiniLM, with a graph and a tokenizer of four numbers and ten words. */
const wordModel = (): CatalogModel => {
  const miniLm = CATALOG.find(({ name }) => name === "minilm-l6-384");
  if (miniLm === undefined) throw new Error("It is in the catalog.");
  const contract = modelContractSchema.parse({ name: "words", ...miniLm.contract });
  const { name: _, ...small } = {
    ...contract,
    outputs: contract.outputs.map((output) => ({ ...output, shape: [-1, WIDTH] })),
  };
  return {
    ...miniLm,
    name: "words",
    contract: small,
    files: [pinned("1/model.onnx", GRAPH), pinned("tokenizer.json", TOKENIZER)],
  };
};

const screen: Screen = { colors: false, width: 80, progress: () => {} };

const pull = (options: Readonly<Record<string, string>> = {}, name = "words") =>
  createPullCommand([wordModel()]).run(
    [name],
    { to: "models", ...options },
    {
      cwd: folder,
      screen,
      input: process.stdin,
      ask: () => {
        throw new Error("It asks no server.");
      },
    },
  );

/** Loads what was pulled as the runner does, and embeds texts in two requests of one batch. */
const embed = async (texts: readonly string[]): Promise<number[][]> => {
  const opened = await openRepository(join(folder, "models"));
  const [model] = opened.ok ? opened.value : [];
  if (model === undefined) throw new Error(opened.ok ? "It holds no model." : opened.failure);
  const loaded = await loadModel({ ...model, version: "1" }, { provider: "cpu", deviceId: 0 }, false);
  const requests = texts.map((text) => ({ text: bytesTensor(text) }));
  const results = await runBatch(loaded.model, requests, 1000);
  return results.map((result) => (result.ok ? [...floatsOf(result.value.embedding)] : []));
};

describe("headgate models pull", () => {
  it.each(["the net", "a folder"])(
    "brings a model from %s that the runner loads and embeds with",
    async (source) => {
      sent = [GRAPH];
      await mkdir(join(folder, "had"));
      await writeFile(join(folder, "had", "model.onnx"), GRAPH);
      await writeFile(join(folder, "had", "tokenizer.json"), TOKENIZER);
      const from: Readonly<Record<string, string>> = source === "a folder" ? { from: "had" } : {};
      expect(await pull(from)).toMatchObject({ ok: true, value: { json: { pulled: true } } });
      const [short = [], long = []] = await embed(["Red", "pick up BLUE blocks"]);
      const expected = [
        meanOf("[CLS]", "red", "[SEP]"),
        meanOf("[CLS]", "pick", "up", "blue", "block", "##s", "[SEP]"),
      ];
      for (const [index, vector] of [short, long].entries())
        for (const [column, value] of vector.entries())
          expect(value).toBeCloseTo(expected[index]?.[column] ?? Number.NaN, 6);
      expect(await readdir(join(folder, "models")), "no drafts are left").toEqual(["words"]);
    },
  );

  it("fetches nothing again that is there as it should be, and replaces what is not", async () => {
    sent = [GRAPH];
    await pull();
    expect(await pull()).toMatchObject({ ok: true, value: { json: { pulled: false } } });
    const graph = join(folder, "models", "words", "1", "model.onnx");
    await writeFile(graph, "altered");
    sent = [GRAPH];
    expect(await pull()).toMatchObject({ ok: true, value: { json: { pulled: true } } });
    expect((await readFile(graph)).equals(GRAPH)).toBe(true);
  });

  it.each<[string, () => Buffer[], string]>([
    ["altered", () => [Buffer.from(GRAPH).fill(0, 5, 6)], "is not what the catalog pins"],
    ["too short", () => [GRAPH.subarray(0, 20)], "is not what the catalog pins: 20 bytes"],
    ["too long", () => [Buffer.concat([GRAPH, GRAPH])], "it is too long"],
    ["another model", () => [Buffer.from(affineGraph(2))], "1/model.onnx"],
  ])("installs nothing of a model with a file that is %s", async (_what, files, reason) => {
    sent = files();
    const outcome = await pull();
    expect(outcome).toMatchObject({
      failure: { kind: "data", sentence: expect.stringContaining(reason), fix: expect.any(String) },
    });
    expect(await readdir(join(folder, "models"))).toEqual([]);
  });

  it("says what is wrong with a name, a folder and a server", async () => {
    expect(await pull({}, "nobody")).toMatchObject({
      failure: { kind: "usage", sentence: expect.stringContaining("it has words") },
    });
    expect(await pull({ from: "." })).toMatchObject({
      failure: { kind: "usage", sentence: expect.stringContaining("neither 1/model.onnx nor model.onnx") },
    });
    expect(await pull()).toMatchObject({
      failure: { kind: "unreachable", sentence: expect.stringContaining("it answered 404") },
    });
  });
});

it("lists a catalog whose contracts the runner can read, and whose files are pinned", async () => {
  for (const { contract, files, name } of CATALOG) {
    expect(modelContractSchema.safeParse({ name, ...contract }), name).toMatchObject({ success: true });
    for (const { path, sha256, sizeBytes, url } of files) {
      expect(sha256, path).toMatch(/^[0-9a-f]{64}$/);
      expect([new URL(url).protocol, sizeBytes > 1000]).toEqual(["https:", true]);
    }
  }
  const listed = await createListCommand(CATALOG).run(
    [],
    {},
    {
      cwd: folder,
      screen,
      input: process.stdin,
      ask: () => {
        throw new Error("It asks no server.");
      },
    },
  );
  expect(listed.ok && listed.value.out).toContain("minilm-l6-384");
});
