import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "smol-toml";
import { z } from "zod";
import type { Cell } from "./cell.ts";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const baseSchema = z.looseObject({
  name: z.string(),
  main: z.string(),
  vars: z.record(z.string(), z.string()),
  r2_buckets: z.tuple([z.looseObject({ binding: z.string() })]),
});

/** The configuration of one cell's Worker, as wrangler reads it. */
export interface WorkerConfig {
  readonly path: string;
  /** The Worker's name. */
  readonly name: string;
  /** Eight hexadecimal digits that change whenever the configuration does. */
  readonly digest: string;
}

/**
 * Writes the cell's configuration under .build/: that of the repository, with what differs from cell to cell.
 * Bindings, migrations, cron and dates stand in wrangler.toml alone, so a cell cannot miss one.
 */
export function writeWorkerConfig(cell: Cell): WorkerConfig {
  const base = baseSchema.parse(parse(readFileSync(join(ROOT, "wrangler.toml"), "utf8")));
  const folder = join(ROOT, ".build", "cells", cell.cell);
  const name = `${base.name}-${cell.cell}`;
  const [blobs] = base.r2_buckets;
  const text = stringify({
    ...base,
    name,
    main: relative(folder, join(ROOT, base.main)),
    account_id: cell.account_id,
    routes: [{ pattern: cell.hostname, custom_domain: true }],
    ...(cell.placement_region === undefined ? {} : { placement: { region: cell.placement_region } }),
    ...(cell.runner_certificate_id === undefined
      ? {}
      : { mtls_certificates: [{ binding: "RUNNER_MTLS", certificate_id: cell.runner_certificate_id }] }),
    vars: { ...base.vars, ...cell.settings, CELL: cell.cell, JURISDICTION: cell.jurisdiction },
    r2_buckets: [
      {
        ...blobs,
        bucket_name: cell.bucket,
        ...(cell.jurisdiction === "none" ? {} : { jurisdiction: cell.jurisdiction }),
      },
    ],
  });
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "wrangler.toml");
  writeFileSync(path, text);
  return { path, name, digest: createHash("sha256").update(text).digest("hex").slice(0, 8) };
}
