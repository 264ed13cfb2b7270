import { existsSync, readFileSync, statSync } from "node:fs";
import { z } from "zod";
import { SECRET_SETTINGS } from "../functions/contracts/configuration.ts";
import { done, type Outcome } from "../functions/contracts/outcome.ts";
import { type Obstacle, stopped } from "./obstacle.ts";

/** What a deployment needs and no committed file may hold, beside the secrets of the Worker itself. */
const OTHERS = [
  "DATABASE_ADMIN_URL",
  "DATABASE_HTTP_URL",
  "MIGRATE_WEBSOCKET_PROXY",
  "UPSTASH_REDIS_REST_URL",
  "HEADGATE_PLATFORM_KEY",
  "HEADGATE_SMOKE_KEY",
] as const;

const NAMES = [...SECRET_SETTINGS, ...OTHERS];
export type InputName = (typeof NAMES)[number];

/** Given values by name. */
export type Inputs = Readonly<Partial<Record<InputName, string>>>;

const fileSchema = z.record(z.string(), z.string());
const OTHERS_MAY = 0o077;

/**
 * Reads what was given: the file first, which others may not read, and over it the environment. A file that is
 * not there counts as an empty one unless somebody named it.
 */
export function readInputs(
  file: { readonly path: string; readonly isNamed: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Outcome<Inputs, Obstacle> {
  const kept = readFile(file.path, file.isNamed);
  if (!kept.ok) return kept;
  const unknown = Object.keys(kept.value).filter((name) => !NAMES.some((known) => known === name));
  if (unknown.length > 0)
    return stopped(`${file.path} holds ${unknown.join(", ")}, which nothing reads.`, "Correct or remove it.");
  const pick = (name: InputName) => environment[name] || kept.value[name];
  return done(
    Object.fromEntries(
      NAMES.flatMap((name) => {
        const value = pick(name);
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
  );
}

function readFile(path: string, isNamed: boolean): Outcome<Record<string, string>, Obstacle> {
  if (!existsSync(path))
    return isNamed ? stopped(`There is no file ${path}.`, "Correct --secrets.") : done({});
  if ((statSync(path).mode & OTHERS_MAY) !== 0)
    return stopped(`${path} can be read by others.`, `chmod 600 ${path}`);
  try {
    return done(fileSchema.parse(JSON.parse(readFileSync(path, "utf8"))));
  } catch {
    return stopped(`${path} is no JSON object of strings.`, "Make it with `headgate secrets create`.");
  }
}

/** The environment of child processes: without what was given to this one alone. */
export const withoutInputs = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !NAMES.some((known) => known === name)));
