import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Outcome } from "../protocol/outcome.ts";
import { breaksPromise } from "./edgeCatalog.ts";
import { type ModelContract, modelContractSchema } from "./modelContract.ts";

/** A model of the repository: its contract and its versions, `1` before `2` before `10`. */
export interface RepositoryModel {
  readonly contract: ModelContract;
  readonly folder: string;
  /** Differs where a file beside the versions, such as a tokenizer, has been written or replaced since. */
  readonly stamp: string;
  readonly versions: readonly ModelVersion[];
}

export interface ModelVersion {
  readonly version: string;
  readonly path: string;
  /** Differs where one of its files has been written or replaced since. */
  readonly stamp: string;
}

const problem = (sentence: string): Outcome<never, string> => ({ ok: false, failure: sentence });

const readContract = async (folder: string, name: string): Promise<Outcome<ModelContract, string>> => {
  const path = join(folder, "model.json");
  try {
    const contract = modelContractSchema.safeParse(JSON.parse(await readFile(path, "utf8")));
    if (!contract.success)
      return problem(`${path} is not a model contract: ${z.prettifyError(contract.error)}`);
    if (contract.data.name !== name)
      return problem(`${path} names '${contract.data.name}', its folder '${name}'.`);
    const broken = breaksPromise(contract.data);
    if (broken !== null) return problem(`${path} breaks what the gate relies on: ${broken}.`);
    return { ok: true, value: contract.data };
  } catch (error) {
    return problem(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** What the files of a folder were when it was looked at. */
const stampOf = async (folder: string): Promise<string> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const stamps = files.sort().map(async (name) => {
    // A draft may be renamed into its place meanwhile.
    const found = await stat(join(folder, name), { bigint: true }).catch(() => null);
    return found === null ? name : `${name}:${found.ino}:${found.size}:${found.ctimeNs}`;
  });
  return (await Promise.all(stamps)).join("|");
};

/** Reads one model's folder. Fails with one sentence that names the first file in the way. */
export const readModel = async (
  repository: string,
  name: string,
): Promise<Outcome<RepositoryModel, string>> => {
  const folder = join(repository, name);
  const contract = await readContract(folder, name);
  if (!contract.ok) return contract;
  const numbers = (await readdir(folder)).filter((entry) => /^[1-9]\d{0,8}$/.test(entry));
  numbers.sort((a, b) => Number(a) - Number(b));
  if (numbers.length === 0) return problem(`${folder} has no version folder, such as ${join(folder, "1")}.`);
  const versions: ModelVersion[] = [];
  for (const version of numbers) {
    const path = join(folder, version, "model.onnx");
    if (!(await stat(path).catch(() => null))?.isFile()) return problem(`${path} is missing.`);
    versions.push({ version, path, stamp: await stampOf(join(folder, version)) });
  }
  return { ok: true, value: { contract: contract.value, folder, stamp: await stampOf(folder), versions } };
};

/** Names of the models that lie in a folder, in their order; null where it cannot be read. */
export const listModels = async (repository: string): Promise<string[] | null> => {
  const entries = await readdir(repository, { withFileTypes: true }).catch(() => null);
  const folders = entries?.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  return folders?.map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1)) ?? null;
};

/** The folders that a setting names, between commas. */
export const foldersOf = (setting: string): string[] =>
  setting
    .split(",")
    .map((folder) => folder.trim())
    .filter((folder) => folder !== "");

/**
 * Reads a model repository in Triton's layout, `<model>/<version>/model.onnx`, with a `model.json` beside the
 * versions; or several, between commas. Fails with one sentence that names the first file in the way.
 */
export const openRepository = async (setting: string): Promise<Outcome<RepositoryModel[], string>> => {
  const models = new Map<string, RepositoryModel>();
  for (const repository of foldersOf(setting)) {
    const names = await listModels(repository);
    if (names === null) return problem(`The model repository ${repository} cannot be read.`);
    if (names.length === 0) return problem(`The model repository ${repository} holds no model.`);
    for (const name of names) {
      const model = await readModel(repository, name);
      if (!model.ok) return model;
      const other = models.get(name);
      if (other !== undefined)
        return problem(`Model '${name}' lies twice: in ${other.folder} and ${model.value.folder}.`);
      models.set(name, model.value);
    }
  }
  return { ok: true, value: [...models.values()] };
};
