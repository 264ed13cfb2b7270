import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { digestFile } from "./digestFile.ts";
import { BundleError, type BundleOptions, type WorkerBundle } from "./workerBundle.ts";

const metafileSchema = z.object({ inputs: z.record(z.string(), z.unknown()) });

/** Bundles with `wrangler deploy --dry-run`, without what an earlier run left. Throws a `BundleError`. */
export async function buildBundle({ root, configPath }: BundleOptions): Promise<WorkerBundle> {
  const buildFolder = join(root, ".build");
  await mkdir(buildFolder, { recursive: true });
  const folder = await mkdtemp(join(buildFolder, "edge-"));
  try {
    await runWrangler(root, configPath, folder);
    const metafile = metafileSchema.parse(
      JSON.parse(await readFile(join(folder, "bundle-meta.json"), "utf8")),
    );
    return {
      inputs: await digestInputs(configPath, Object.keys(metafile.inputs)),
      modules: await readModules(folder),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** wrangler's package exports its library, not its program, which lies beside it. */
const WRANGLER_FOLDER = join(dirname(fileURLToPath(import.meta.resolve("wrangler"))), "..");

async function runWrangler(root: string, configPath: string, outputFolder: string): Promise<void> {
  const program = join(WRANGLER_FOLDER, "bin", "wrangler.js");
  const words = ["deploy", "--dry-run", "--config", configPath, "--outdir", outputFolder, "--metafile"];
  const env = {
    ...process.env,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    CI: "1",
    NO_COLOR: "1",
    // Its logs belong to this build, not to the person's home.
    XDG_CONFIG_HOME: join(root, ".build"),
  };
  try {
    await promisify(execFile)(process.execPath, [program, ...words], { cwd: root, env });
  } catch (error) {
    const said = z.object({ stderr: z.string() }).safeParse(error);
    throw new BundleError(
      `The Worker does not bundle. ${said.success ? said.data.stderr.trim() : String(error)}`,
    );
  }
}

/** esbuild names its inputs from the folder of the Worker's configuration; some are its own and no files. */
async function digestInputs(configPath: string, inputs: readonly string[]): Promise<Record<string, string>> {
  const others = [resolve(configPath), join(WRANGLER_FOLDER, "package.json")];
  const digests = await Promise.all(
    [...new Set([...inputs, ...others])].map(async (path) => {
      const digest = await digestFile(resolve(dirname(configPath), path));
      return digest === null ? [] : [[path, digest] as const];
    }),
  );
  return Object.fromEntries(digests.flat());
}

async function readModules(folder: string): Promise<WorkerBundle["modules"]> {
  const names = (await readdir(folder)).filter((name) => !/\.(map|md|json)$/.test(name));
  const modules = await Promise.all(
    names.map(async (name) => ({
      name,
      type: moduleType(name),
      base64: (await readFile(join(folder, name))).toString("base64"),
    })),
  );
  return modules.sort((a, b) => Number(b.type === "ESModule") - Number(a.type === "ESModule"));
}

function moduleType(name: string): WorkerBundle["modules"][number]["type"] {
  if (name.endsWith(".js")) return "ESModule";
  return name.endsWith(".wasm") ? "CompiledWasm" : "Data";
}
