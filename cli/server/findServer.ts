import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Environment, KeyHolder } from "../command.ts";
import { type CommandFailure, wrongUsage } from "../failure.ts";

/** Where commands go, and with which key. */
export interface Server {
  readonly url: string;
  /** Null where what is asked is public. */
  readonly key: string | null;
}

export interface WhereToLook {
  readonly flags: { readonly url?: string | undefined; readonly key?: string | undefined };
  readonly environment: Environment;
  readonly cwd: string;
  readonly keyOf: KeyHolder;
}

const devFileSchema = z.object({
  url: z.url(),
  admin_key: z.string(),
  platform_key: z.string().optional(),
});

/**
 * Finds the server: flags, then HEADGATE_URL and HEADGATE_KEY, then dev.json, of HEADGATE_DATA_DIR or of the
 * nearest `.headgate` above. A key of dev.json opens its own server: it never travels to another address.
 */
export function findServer({ flags, environment, cwd, keyOf }: WhereToLook): Outcome<Server, CommandFailure> {
  const dev = readDevFile(environment, cwd);
  const url = flags.url ?? given(environment.HEADGATE_URL) ?? dev?.url;
  if (url === undefined)
    return wrongUsage(
      "No server is named: give --url and --key, set HEADGATE_URL and HEADGATE_KEY, or start one with `npm start`.",
    );
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return wrongUsage(`${url} is no URL; give one such as https://eu1.example.com.`);
  if (keyOf === "nobody") return done({ url, key: null });
  const own = dev !== null && new URL(dev.url).origin === new URL(url).origin ? dev : null;
  const kept = keyOf === "platform" ? own?.platform_key : own?.admin_key;
  const key = flags.key ?? given(environment.HEADGATE_KEY) ?? kept;
  if (key === undefined) return wrongUsage(`No key for ${url}: set HEADGATE_KEY, or give --key.`);
  // A header takes no other characters, and a key has none.
  if (!/^[\x21-\x7e]+$/.test(key)) return wrongUsage("The key holds a character that no key has.");
  return done({ url, key });
}

const given = (value: string | undefined): string | undefined => (value === "" ? undefined : value);

function readDevFile(environment: Environment, cwd: string): z.infer<typeof devFileSchema> | null {
  const dataDir = given(environment.HEADGATE_DATA_DIR);
  if (dataDir !== undefined) return parse(join(resolve(cwd, dataDir), "dev.json"));
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = parse(join(folder, ".headgate", "dev.json"));
    if (found !== null || folder === dirname(folder)) return found;
  }
}

function parse(path: string): z.infer<typeof devFileSchema> | null {
  try {
    return devFileSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}
