import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Random } from "../../functions/contracts/ports.ts";
import { fingerprint } from "../../functions/guard/secrets/fingerprint.ts";
import { type CommandFailure, wrongUsage } from "../failure.ts";

/** Settings by name, as `wrangler secret bulk` reads them. */
export type SecretsFile = Readonly<Record<string, string>>;

const fileSchema = z.record(z.string(), z.string());
const OTHERS_MAY = 0o077;

/** The system's generator. */
export const RANDOM: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };

/** Reads a file of secrets; one that others may read is refused. */
export function readSecretsFile(path: string): Outcome<SecretsFile, CommandFailure> {
  try {
    if ((statSync(path).mode & OTHERS_MAY) !== 0)
      return wrongUsage(`${path} can be read by others: chmod 600 ${path}`);
    return done(fileSchema.parse(JSON.parse(readFileSync(path, "utf8"))));
  } catch {
    return wrongUsage(`${path} is no file of secrets.`);
  }
}

/** What may be shown of secrets: names and fingerprints. */
export const fingerprints = async (secrets: SecretsFile) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(secrets).map(async ([name, secret]) => [name, await fingerprint(secret)] as const),
    ),
  );
