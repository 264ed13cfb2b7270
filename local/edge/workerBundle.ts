import { z } from "zod";

export const bundleSchema = z.object({
  /** Digest of every file that went into the bundle, by its path from the Worker's configuration. */
  inputs: z.record(z.string(), z.string()),
  /** The entry first. */
  modules: z.array(
    z.object({
      name: z.string(),
      type: z.enum(["ESModule", "CompiledWasm", "Data"]),
      base64: z.string(),
    }),
  ),
});
/** The Worker, bundled. */
export type WorkerBundle = z.infer<typeof bundleSchema>;

export interface BundleOptions {
  /** Folder under whose `.build/` the bundle is kept. */
  readonly root: string;
  /** The Worker's wrangler.toml. */
  readonly configPath: string;
}

/** The Worker cannot be bundled; the message is for whoever changed it. */
export class BundleError extends Error {}
