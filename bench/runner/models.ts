import { cp, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Graph } from "../../gpu-runner/build-models/graph.ts";
import { seededRandom } from "../../gpu-runner/build-models/seededRandom.ts";
import { renderJpeg } from "../../gpu-runner/testing/testScene.ts";
import { ROOT } from "../hosts.ts";
import { MEDIA } from "./options.ts";

/** One input of a benchmark's request: numbers, a text or a picture. */
export type SampleInput = { readonly name: string; readonly shape: readonly number[] } & (
  | { readonly kind: "numbers"; readonly values: Float32Array<ArrayBuffer> }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "picture"; readonly bytes: Uint8Array<ArrayBuffer> }
);

/** A model that is measured: always the same request, one row. */
export interface BenchModel {
  readonly name: string;
  /** Most rows in one run with batching; 1 where the model takes no more. */
  readonly maxBatch: number;
  /** Whether it is measured with batching, without, or both. */
  readonly measured: readonly boolean[];
  readonly inputs: readonly SampleInput[];
}

/** Layer widths of the two networks that the repository does not ship. */
const NETWORKS: readonly (readonly [name: string, widths: readonly number[]])[] = [
  ["small", [512, 512, 7]],
  ["wide", [4096, 4096, 4096, 7]],
];
const NETWORK_BATCH = 32;
const MEDIA_MODEL = "tiny-faces";
/** The suffix of the copies that may not batch. */
export const UNBATCHED = "-unbatched";
/** Models that ship, and their largest batch. */
const BUILT_IN = { "visual-servo": 1, "lexical-384": 32, "visual-512": 16 } as const;

const buildNetwork = (name: string, widths: readonly number[]): Uint8Array => {
  const graph = new Graph(name);
  const random = seededRandom(widths.length);
  let layer = graph.input("x", "float", ["N", widths[0] ?? 1]);
  for (const [index, width] of widths.slice(1).entries()) {
    const inputs = widths[index] ?? 1;
    const weights = Float32Array.from(
      { length: inputs * width },
      () => (random() - 0.5) * Math.sqrt(12 / inputs),
    );
    const isLast = index === widths.length - 2;
    const product = [layer, graph.constant("float", [inputs, width], weights)];
    layer = graph.op("MatMul", product, {}, isLast ? "y" : undefined);
    if (!isLast) layer = graph.op("Relu", [layer]);
  }
  graph.output("y", ["N", widths.at(-1) ?? 1]);
  return graph.toBytes();
};

const writeNetwork = async (folder: string, name: string, widths: readonly number[]): Promise<void> => {
  const bytes = buildNetwork(name, widths);
  for (const [suffix, maxBatch] of [["", NETWORK_BATCH] as const, [UNBATCHED, 1] as const]) {
    const own = join(folder, name + suffix);
    await mkdir(join(own, "1"), { recursive: true });
    await writeFile(join(own, "1", "model.onnx"), bytes);
    const tensor = (title: string, width: number | undefined) => ({
      name: title,
      datatype: "FP32",
      shape: [-1, width],
    });
    const contract = {
      name: name + suffix,
      max_batch: maxBatch,
      inputs: [tensor("x", widths[0])],
      outputs: [tensor("y", widths.at(-1))],
    };
    await writeFile(join(own, "model.json"), JSON.stringify(contract));
  }
};

const copyBuiltIn = (folder: string, name: string): Promise<void> =>
  cp(join(ROOT, "gpu-runner/models", name), join(folder, name), { recursive: true });

/** A model repository in a temporary folder: the two networks, with and without batching, and the built-in models as they ship. */
export const makeBenchRepository = async (names: readonly string[]): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-bench-models-"));
  for (const [name, widths] of NETWORKS) if (names.includes(name)) await writeNetwork(folder, name, widths);
  for (const name of Object.keys(BUILT_IN)) if (names.includes(name)) await copyBuiltIn(folder, name);
  if (names.includes(MEDIA)) await copyBuiltIn(folder, MEDIA_MODEL);
  return folder;
};

const picture = (): Promise<Uint8Array<ArrayBuffer>> =>
  renderJpeg(
    {
      blocks: [{ rgb: [210, 40, 40], x: 0.1, y: 0, sideM: 0.04, turn: 0.3 }],
      background: [140, 140, 140],
      grain: 0.3,
      slope: 0.3,
      seed: 1,
    },
    { x: 0, y: 0, viewWidthM: 0.4, widthPx: 640, heightPx: 480 },
  );

const builtIn = (name: keyof typeof BUILT_IN, inputs: readonly SampleInput[]): BenchModel => ({
  name,
  maxBatch: BUILT_IN[name],
  measured: [BUILT_IN[name] > 1],
  inputs,
});

/** What is measured, in order, each with the request that is sent over and over. */
export const benchModels = async (): Promise<BenchModel[]> => {
  const random = seededRandom(7);
  const image = { name: "image", shape: [1], kind: "picture", bytes: await picture() } as const;
  const words = (name: string) =>
    ({ name, shape: [1], kind: "text", text: "put the red block on the blue plate" }) as const;
  const networks = NETWORKS.map(([name, widths]): BenchModel => {
    const values = Float32Array.from({ length: widths[0] ?? 1 }, () => random() - 0.5);
    return {
      name,
      maxBatch: NETWORK_BATCH,
      measured: [true, false],
      inputs: [{ name: "x", shape: [1, values.length], kind: "numbers", values }],
    };
  });
  return [
    ...networks,
    builtIn("visual-servo", [image, words("instruction")]),
    builtIn("lexical-384", [words("text")]),
    builtIn("visual-512", [image]),
  ];
};
