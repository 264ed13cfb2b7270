import { readFile } from "node:fs/promises";
import { parse } from "smol-toml";
import { z } from "zod";

/**
 * What wrangler.toml may say. Strict: a kind of binding that is new there must be handed on here, or the
 * Worker would miss it on this machine and nowhere else.
 */
const configSchema = z.strictObject({
  name: z.string(),
  main: z.string(),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()),
  send_metrics: z.boolean().optional(),
  keep_names: z.boolean().optional(),
  workers_dev: z.boolean().optional(),
  preview_urls: z.boolean().optional(),
  upload_source_maps: z.boolean().optional(),
  observability: z.unknown(),
  // Where and under which name it runs at Cloudflare: nothing that could be missed here.
  account_id: z.string().optional(),
  routes: z.unknown().optional(),
  placement: z.unknown().optional(),
  limits: z.unknown().optional(),
  vars: z.record(z.string(), z.string()),
  durable_objects: z.strictObject({
    bindings: z.array(z.strictObject({ name: z.string(), class_name: z.string() })),
  }),
  migrations: z.array(z.strictObject({ tag: z.string(), new_sqlite_classes: z.array(z.string()) })),
  r2_buckets: z.array(
    z.strictObject({
      binding: z.string(),
      bucket_name: z.string(),
      jurisdiction: z.string().optional(),
    }),
  ),
  triggers: z.strictObject({ crons: z.tuple([z.string()]) }),
});

export interface WorkerConfig {
  /** In the words of Miniflare. */
  readonly options: {
    readonly name: string;
    readonly compatibilityDate: string;
    readonly compatibilityFlags: string[];
    readonly bindings: Record<string, string>;
    readonly r2Buckets: Record<string, string>;
    readonly durableObjects: Record<string, { className: string; useSQLite: boolean }>;
  };
  readonly cron: string;
}

/** Reads the Worker's wrangler.toml for Miniflare. Throws one sentence where it holds what we do not know. */
export async function readWorkerConfig(configPath: string): Promise<WorkerConfig> {
  const parsed = configSchema.safeParse(parse(await readFile(configPath, "utf8")));
  if (!parsed.success) {
    const sentences = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The local edge does not understand ${configPath}. ${sentences.join("; ")}.`);
  }
  const config = parsed.data;
  const withSqlite = new Set(config.migrations.flatMap(({ new_sqlite_classes }) => new_sqlite_classes));
  return {
    options: {
      name: config.name,
      compatibilityDate: config.compatibility_date,
      compatibilityFlags: config.compatibility_flags,
      bindings: config.vars,
      r2Buckets: Object.fromEntries(
        config.r2_buckets.map(({ binding, bucket_name }) => [binding, bucket_name]),
      ),
      durableObjects: Object.fromEntries(
        config.durable_objects.bindings.map(({ name, class_name }) => [
          name,
          { className: class_name, useSQLite: withSqlite.has(class_name) },
        ]),
      ),
    },
    cron: config.triggers.crons[0],
  };
}
