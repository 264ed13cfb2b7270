import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readTokenizer, type TokenizeText } from "../preprocess/tokenizeTexts.ts";
import type { Outcome } from "../protocol/outcome.ts";
import type { ModelAssets } from "./modelAssets.ts";
import type { ModelContract } from "./modelContract.ts";
import { readStatistics, type Statistics } from "./readStatistics.ts";

/** A model's files, each read once, and what was read is what was checked. */
export interface ModelFiles {
  readonly graph: Uint8Array;
  /** Of the graph, in hexadecimal. */
  readonly sha256: string;
  readonly assets: ModelAssets;
  /** Whether weights lie beside the graph, so that the runtime must read it by its path. */
  readonly hasExternalData: boolean;
}

const failed = (failure: string): Outcome<never, string> => ({ ok: false, failure });

interface ReadFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

type Pins = ModelContract["sha256"];

/** What is wrong with a file of this checksum; null where nothing is. */
const breaksPin = (path: string, sha256: string, pins: Pins): string | null => {
  const wanted = pins?.[path];
  if (pins !== undefined && wanted === undefined) return `model.json pins no sha256 of ${path}`;
  if (wanted === undefined || wanted === sha256) return null;
  return `${path} is not what model.json pins: its sha256 is ${sha256}`;
};

const readPinned = async (folder: string, path: string, pins: Pins): Promise<Outcome<ReadFile, string>> => {
  const bytes = await readFile(join(folder, path)).catch(() => null);
  if (bytes === null) return failed(`${path} is missing`);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const wrong = breaksPin(path, sha256, pins);
  return wrong === null ? { ok: true, value: { bytes, sha256 } } : failed(wrong);
};

/** Checks a file that the runtime reads by itself: weights beside a graph may be larger than memory should hold twice. */
const checkPinned = async (folder: string, path: string, pins: Pins): Promise<string | null> => {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(join(folder, path))) hash.update(piece);
  } catch {
    return `${path} cannot be read`;
  }
  return breaksPin(path, hash.digest("hex"), pins);
};

const readText = async (folder: string, path: string, pins: Pins): Promise<Outcome<string, string>> => {
  const file = await readPinned(folder, path, pins);
  return file.ok ? { ok: true, value: new TextDecoder().decode(file.value.bytes) } : file;
};

const readTokenizers = async (
  folder: string,
  { inputs, sha256 }: ModelContract,
): Promise<Outcome<Map<string, TokenizeText>, string>> => {
  const tokenizers = new Map<string, TokenizeText>();
  for (const input of inputs) {
    if (input.datatype !== "BYTES" || input.preprocess.kind !== "tokens") continue;
    const { file } = input.preprocess;
    const text = await readText(folder, file, sha256);
    if (!text.ok) return text;
    try {
      tokenizers.set(file, readTokenizer(text.value));
    } catch {
      return failed(`${file} is no tokenizer`);
    }
  }
  return { ok: true, value: tokenizers };
};

const readOwnStatistics = async (
  folder: string,
  { inputs, outputs, sha256, statistics }: ModelContract,
): Promise<Outcome<Statistics | null, string>> => {
  if (statistics === undefined) return { ok: true, value: null };
  const text = await readText(folder, statistics.file, sha256);
  if (!text.ok) return text;
  const read = readStatistics(text.value, statistics);
  if (!read.ok) return read;
  const wanted = [
    ...inputs.map((input) => (input.datatype === "BYTES" ? undefined : input.normalize)),
    ...outputs.map(({ postprocess }) =>
      postprocess?.kind === "unnormalize" ? postprocess.statistics : undefined,
    ),
  ];
  const missing = wanted.find((name) => name !== undefined && !read.value.has(name));
  return missing === undefined
    ? read
    : failed(`${statistics.file} has no '${missing}' by ${statistics.method} under '${statistics.norm_key}'`);
};

/**
 * Reads what a version of a model consists of, and checks it against the checksums that `model.json` pins. Fails with
 * one clause that names the file.
 */
export const readModelFiles = async (
  contract: ModelContract,
  folder: string,
  version: string,
): Promise<Outcome<ModelFiles, string>> => {
  const graph = await readPinned(folder, `${version}/model.onnx`, contract.sha256);
  if (!graph.ok) return graph;
  const beside = (await readdir(join(folder, version))).filter(
    (name) => name !== "model.onnx" && !name.startsWith("."),
  );
  for (const name of contract.sha256 === undefined ? [] : beside) {
    const wrong = await checkPinned(folder, `${version}/${name}`, contract.sha256);
    if (wrong !== null) return failed(wrong);
  }
  const tokenizers = await readTokenizers(folder, contract);
  if (!tokenizers.ok) return tokenizers;
  const statistics = await readOwnStatistics(folder, contract);
  if (!statistics.ok) return statistics;
  const assets = { tokenizers: tokenizers.value, statistics: statistics.value };
  const { bytes, sha256 } = graph.value;
  return { ok: true, value: { graph: bytes, sha256, assets, hasExternalData: beside.length > 0 } };
};
