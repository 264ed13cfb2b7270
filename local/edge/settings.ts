import { z } from "zod";

/** The variable of the edge process that carries its settings, as JSON. */
export const EDGE_SETTINGS_VARIABLE = "HEADGATE_EDGE";

export const edgeSettingsSchema = z.object({
  /** Folder under whose `.build/` the bundle is kept. */
  root: z.string().min(1),
  /** The Worker's wrangler.toml. */
  configPath: z.string().min(1),
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
  /** Where R2 and the Durable Objects keep their data. */
  dataDir: z.string().min(1),
  /** Settings and secrets that the Worker gets beside the [vars] of its wrangler.toml. */
  bindings: z.record(z.string(), z.string()),
  /** Port of workerd's inspector, for profiling; unset: none listens. */
  inspectorPort: z.number().int().min(1).max(65_535).optional(),
});

export type EdgeSettings = z.infer<typeof edgeSettingsSchema>;
