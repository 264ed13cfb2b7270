import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

/** One module of the bundled Worker, the entry first. */
export interface BundleModule {
  readonly name: string;
  readonly type: "ESModule" | "CompiledWasm" | "Data";
  readonly contents: Uint8Array;
}

export interface BundleOptions {
  /** Folder that holds wrangler, and under which the bundle is kept. */
  readonly root: string;
  /** The Worker's wrangler.toml. */
  readonly configPath: string;
}

/** The Worker's code does not bundle; the message is what the bundler said. */
export class BundleError extends Error {}

const cacheSchema = z.object({
  inputs: z.record(z.string(), z.string()),
  modules: z.array(
    z.object({
      name: z.string(),
      type: z.enum(["ESModule", "CompiledWasm", "Data"]),
      base64: z.string(),
    }),
  ),
});
type Cache = z.infer<typeof cacheSchema>;

const metafileSchema = z.object({ inputs: z.record(z.string(), z.unknown()) });

/**
 * The Worker, bundled by `wrangler deploy --dry-run` exactly as it would be deployed. The result is kept
 * under `.build/` and used again while no file that went into it has changed: that saves a second or two of
 * every start.
 */
export async function bundleWorker(options: BundleOptions): Promise<BundleModule[]> {
  const path = cachePath(options);
  const kept = await readCache(path);
  if (kept !== null && (await isFresh(kept, options.configPath))) return toModules(kept);
  const made = await build(options);
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(made));
  await rename(draft, path);
  return toModules(made);
}

const cachePath = ({ root, configPath }: BundleOptions): string =>
  join(
    root,
    ".build",
    `edge-${createHash("sha256").update(resolve(configPath)).digest("hex").slice(0, 12)}.json`,
  );

const toModules = ({ modules }: Cache): BundleModule[] =>
  modules.map(({ name, type, base64 }) => ({ name, type, contents: Buffer.from(base64, "base64") }));

async function readCache(path: string): Promise<Cache | null> {
  try {
    return cacheSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

async function digestOf(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

/** esbuild names its inputs from the folder of the Worker's configuration. */
const inputPath = (configPath: string, input: string): string => resolve(dirname(configPath), input);

async function isFresh({ inputs }: Cache, configPath: string): Promise<boolean> {
  const checks = Object.entries(inputs).map(async ([path, digest]) => {
    try {
      return (await digestOf(inputPath(configPath, path))) === digest;
    } catch {
      return false;
    }
  });
  return (await Promise.all(checks)).every(Boolean);
}

async function build({ root, configPath }: BundleOptions): Promise<Cache> {
  const buildFolder = join(root, ".build");
  await mkdir(buildFolder, { recursive: true });
  const folder = await mkdtemp(join(buildFolder, "edge-"));
  try {
    await runWrangler(root, configPath, folder);
    const metafile = metafileSchema.parse(
      JSON.parse(await readFile(join(folder, "bundle-meta.json"), "utf8")),
    );
    return {
      inputs: await digestInputs(root, configPath, Object.keys(metafile.inputs)),
      modules: await readModules(folder),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** wrangler's package does not export its program, so it is named by its path. */
async function runWrangler(root: string, configPath: string, outputFolder: string): Promise<void> {
  const program = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
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

/** Files of the metafile that exist (some inputs are the bundler's own), and what else decides the result. */
async function digestInputs(
  root: string,
  configPath: string,
  inputs: readonly string[],
): Promise<Record<string, string>> {
  const others = [resolve(configPath), join(root, "node_modules", "wrangler", "package.json")];
  const digests = await Promise.all(
    [...new Set([...inputs, ...others])].map(async (path) => {
      const digest = await digestOf(inputPath(configPath, path)).catch(() => null);
      return digest === null ? [] : [[path, digest] as const];
    }),
  );
  return Object.fromEntries(digests.flat());
}

async function readModules(folder: string): Promise<Cache["modules"]> {
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

function moduleType(name: string): BundleModule["type"] {
  if (name.endsWith(".js")) return "ESModule";
  return name.endsWith(".wasm") ? "CompiledWasm" : "Data";
}
