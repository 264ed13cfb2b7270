import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { StartError } from "./startError.ts";

const makeSecret = (): string => randomBytes(32).toString("base64url");

const secretSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** What came after the first version: a file without it is older, not damaged, and is completed. */
const LATER = { signing_secret: secretSchema.default(makeSecret) };

const secretsSchema = z.object({
  pepper: secretSchema,
  subject_secret: secretSchema,
  pending_secret: secretSchema,
  metrics_token: secretSchema,
  redis_token: secretSchema,
  database_owner_password: secretSchema,
  database_app_password: secretSchema,
  ...LATER,
});

export type Secrets = z.infer<typeof secretsSchema>;

const FILE = "secrets.json";

/**
 * The secrets of a data folder: made at the first start, kept for all later ones, readable by their owner
 * alone. Losing the file makes every stored key and digest worthless, so a damaged one stops the start.
 */
export function openSecrets(dataDir: string): Secrets {
  const path = join(dataDir, FILE);
  if (!existsSync(path)) writePrivately(path, makeSecrets());
  const stored = readJson(path);
  const parsed = secretsSchema.safeParse(stored);
  if (!parsed.success)
    throw new StartError(`${path} is damaged; restore it, or start with another HEADGATE_DATA_DIR.`);
  if (Object.keys(LATER).some((name) => !isNamedIn(stored, name))) writePrivately(path, parsed.data);
  return parsed.data;
}

const isNamedIn = (json: unknown, name: string): boolean =>
  typeof json === "object" && json !== null && name in json;

const makeSecrets = (): Secrets => ({
  pepper: makeSecret(),
  subject_secret: makeSecret(),
  pending_secret: makeSecret(),
  signing_secret: makeSecret(),
  metrics_token: makeSecret(),
  redis_token: makeSecret(),
  database_owner_password: makeSecret(),
  database_app_password: makeSecret(),
});

/** Writes a file that only its owner may read, whole or not at all. */
export function writePrivately(path: string, content: unknown): void {
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
