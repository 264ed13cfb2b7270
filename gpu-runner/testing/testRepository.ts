import { cp, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { affineContract, affineGraph, putModel } from "./testAffine.ts";

/** A temporary repository: the built-in models, and `affine` (y = version · x / 3) in two versions. */
export const makeRepository = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-models-"));
  await cp(fileURLToPath(new URL("../models", import.meta.url)), folder, { recursive: true });
  for (const version of [1, 2])
    await putModel(folder, affineContract("affine"), version, affineGraph(version / 3));
  return folder;
};
