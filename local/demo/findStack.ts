import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { StoryError } from "./storyError.ts";

/** Where the stack is, and the keys to it. */
export interface StackAddress {
  readonly url: string;
  readonly key: string;
  readonly adminKey: string;
}

export interface AddressFlags {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly adminKey?: string | undefined;
}

const devFileSchema = z.object({ url: z.url(), key: z.string(), admin_key: z.string() });

/**
 * Finds the running stack: the command line first, then HEADGATE_URL, HEADGATE_KEY and HEADGATE_ADMIN_KEY,
 * then `dev.json` as `npm start` writes it. Throws a `StoryError` that says what is missing.
 */
export function findStack(
  flags: AddressFlags,
  environment: Readonly<Record<string, string | undefined>>,
  dataDir: string,
): StackAddress {
  const path = join(dataDir, "dev.json");
  const dev = readDevFile(path);
  const url = flags.url ?? environment.HEADGATE_URL ?? dev?.url;
  if (url === undefined) {
    throw new StoryError(
      `No stack is running here (${path} is missing): start one with \`npm start\` in another terminal.`,
    );
  }
  if (!URL.canParse(url)) throw new StoryError(`${url} is no URL; give one such as http://127.0.0.1:8787.`);
  // Keys open their own stack only: those of dev.json never travel to another address.
  const own = dev?.url === url ? dev : null;
  const key = flags.key ?? environment.HEADGATE_KEY ?? own?.key;
  if (key === undefined) throw new StoryError(`No key for ${url}: give --key or set HEADGATE_KEY.`);
  const adminKey = flags.adminKey ?? environment.HEADGATE_ADMIN_KEY ?? own?.admin_key;
  if (adminKey === undefined)
    throw new StoryError(`No admin key for ${url}: give --admin-key or set HEADGATE_ADMIN_KEY.`);
  return { url, key, adminKey };
}

function readDevFile(path: string): z.infer<typeof devFileSchema> | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  try {
    return devFileSchema.parse(JSON.parse(text));
  } catch {
    throw new StoryError(`${path} is not what \`npm start\` writes; start the stack again.`);
  }
}
