import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { defineCommand, type Screen } from "../command.ts";
import { type CommandFailure, wrongUsage } from "../failure.ts";
import { renderTable } from "../output/table.ts";
import type { CatalogModel } from "./catalog.ts";
import { type OpenFile, openFrom, openUrl } from "./openSource.ts";
import { isPinned, pullFile } from "./pullFile.ts";

const DEFAULT_FOLDER = ".headgate/models";
const MEGABYTE = 1e6;

/** What the runner reads: the contract, and the checksum of every file. */
const writeContract = ({ contract, files, name }: CatalogModel): string => {
  const sha256 = Object.fromEntries(files.map((file) => [file.path, file.sha256]));
  return `${JSON.stringify({ name, ...contract, sha256 }, null, 2)}\n`;
};

/** Whether every file is there already, as the catalog pins it. */
async function isInstalled(folder: string, { files }: CatalogModel): Promise<boolean> {
  for (const file of files) if (!(await isPinned(join(folder, file.path), file))) return false;
  return true;
}

/** Fetches all files into a draft, and puts it into its place only when each is what it should be. */
async function install(
  model: CatalogModel,
  folder: string,
  open: OpenFile,
  screen: Screen,
): Promise<Outcome<void, CommandFailure>> {
  // A runner does not look into folders whose names begin with a dot.
  const beside = (what: string): string => join(folder, "..", `.${model.name}.${process.pid}.${what}`);
  const [draft, old] = [beside("new"), beside("old")];
  try {
    for (const file of model.files) {
      const pulled = await pullFile(file, join(draft, file.path), open, (readBytes) =>
        screen.progress(
          `${model.name} ${file.path}: ${(readBytes / MEGABYTE).toFixed(1)} of ${(file.sizeBytes / MEGABYTE).toFixed(1)} MB`,
        ),
      );
      if (!pulled.ok) return pulled;
    }
    await writeFile(join(draft, "model.json"), writeContract(model));
    await rename(folder, old).catch(() => undefined);
    await rename(draft, folder);
    return done(undefined);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** `headgate models pull`: brings a model of the catalog into a repository of the runner. */
export const createPullCommand = (catalog: readonly CatalogModel[]) =>
  defineCommand({
    words: "models pull",
    operands: ["name"],
    summary: "Bring a model of the catalog to the runner, checked by its checksums",
    options: {
      to: z.string().default(DEFAULT_FOLDER).describe(`the repository (${DEFAULT_FOLDER})`),
      from: z.string().optional().describe("a folder that has the files already; nothing is fetched"),
    },
    async run({ operands: [name = ""], options: { from, to } }, { cwd, screen }) {
      const model = catalog.find((one) => one.name === name);
      if (model === undefined) {
        const names = catalog.map((one) => one.name).join(", ");
        return wrongUsage(`The catalog has no model \`${name}\`; it has ${names}.`);
      }
      const repository = resolve(cwd, to);
      const folder = join(repository, model.name);
      await mkdir(repository, { recursive: true });
      const isThere = await isInstalled(folder, model);
      if (isThere) await writeFile(join(folder, "model.json"), writeContract(model));
      else {
        const open = from === undefined ? openUrl : openFrom(resolve(cwd, from));
        const installed = await install(model, folder, open, screen);
        if (!installed.ok) return installed;
      }
      const files = model.files.map(({ path, sha256, sizeBytes }) => ({
        path,
        size_bytes: sizeBytes,
        sha256,
      }));
      return done({
        json: { name: model.name, folder, pulled: !isThere, files },
        out: folder,
        notes: [
          isThere ? "It was there already." : `${model.files.length} files, as their checksums say.`,
          `A runner whose MODEL_REPOSITORY names ${repository} serves it after its next start, or at once: POST /v2/repository/models/${model.name}/load`,
        ],
      });
    },
  });

/** `headgate models list`: what the catalog has. */
export const createListCommand = (catalog: readonly CatalogModel[]) =>
  defineCommand({
    words: "models list",
    summary: "List the models that can be pulled",
    options: {},
    async run() {
      const rows = catalog.map(({ description, files, license, name }) => ({
        name,
        megabytes: Math.ceil(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / MEGABYTE),
        license,
        description,
      }));
      return done({
        json: { models: rows },
        out: renderTable(["name", "megabytes", "license", "description"], rows),
      });
    },
  });
