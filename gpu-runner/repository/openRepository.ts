import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Outcome } from "../protocol/outcome.ts";
import { type ModelContract, modelContractSchema } from "./modelContract.ts";

/** A model of the repository: its contract and its version files, `1` before `2` before `10`. */
export interface RepositoryModel {
  readonly contract: ModelContract;
  readonly versions: readonly { readonly version: string; readonly path: string }[];
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
    return { ok: true, value: contract.data };
  } catch (error) {
    return problem(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const readModel = async (repository: string, name: string): Promise<Outcome<RepositoryModel, string>> => {
  const folder = join(repository, name);
  const contract = await readContract(folder, name);
  if (!contract.ok) return contract;
  const numbers = (await readdir(folder)).filter((entry) => /^[1-9]\d{0,8}$/.test(entry));
  numbers.sort((a, b) => Number(a) - Number(b));
  const versions = numbers.map((version) => ({ version, path: join(folder, version, "model.onnx") }));
  if (versions.length === 0) return problem(`${folder} has no version folder, such as ${join(folder, "1")}.`);
  for (const { path } of versions)
    if (!(await stat(path).catch(() => null))?.isFile()) return problem(`${path} is missing.`);
  return { ok: true, value: { contract: contract.value, versions } };
};

/**
 * Reads a model repository in Triton's layout, `<model>/<version>/model.onnx`, with a `model.json` beside the
 * versions. Fails with one sentence that names the first file in the way.
 */
export const openRepository = async (repository: string): Promise<Outcome<RepositoryModel[], string>> => {
  const entries = await readdir(repository, { withFileTypes: true }).catch(() => null);
  if (entries === null) return problem(`The model repository ${repository} cannot be read.`);
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  if (names.length === 0) return problem(`The model repository ${repository} holds no model.`);
  const models: RepositoryModel[] = [];
  for (const { name } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const model = await readModel(repository, name);
    if (!model.ok) return model;
    models.push(model.value);
  }
  return { ok: true, value: models };
};
