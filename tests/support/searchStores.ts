import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Cell } from "./cell.ts";
import { ask } from "./client.ts";

/** What lies in the folders of a data folder; a place in a table is `table.column`. */
const FOLDERS: readonly (readonly [folder: RegExp, place: string])[] = [
  [/^edge(-\d+)?\/do\//, "outbox"],
  [/^edge(-\d+)?\/r2\//, "r2"],
  [/^redis\//, "redis"],
  [/^postgres\//, "postgres files"],
];

/** Names of what some content holds. */
export type NamesIn = (content: Buffer | string) => readonly string[];

/**
 * Looks through everything that a cell has written: every column of every table, payloads unpacked, every file
 * of every part, Redis as it answers, each log line and each metric. Answers the places by name.
 */
export async function searchStores(cell: Cell, namesIn: NamesIn): Promise<Map<string, Set<string>>> {
  const { places, look } = lookFor(namesIn);
  for (const line of cell.lines) look("log", line);
  const metrics = await ask(`${cell.stack.url}/metrics`, { key: cell.stack.bindings.METRICS_TOKEN ?? "" });
  if (metrics.status !== 200) throw new Error("There are no metrics to look through.");
  look("metrics", metrics.text);
  await lookThroughTables(cell, look);
  await lookThroughRedis(cell, look);
  lookThroughFiles(cell.stack.dataDir, look);
  return places;
}

/** The same in the files alone. */
export function searchFiles(dataDir: string, namesIn: NamesIn): Map<string, Set<string>> {
  const { places, look } = lookFor(namesIn);
  lookThroughFiles(dataDir, look);
  return places;
}

type Look = (place: string, content: Buffer | string) => void;

function lookFor(namesIn: NamesIn) {
  const places = new Map<string, Set<string>>();
  const look: Look = (place, content) => {
    for (const name of namesIn(content)) places.set(name, (places.get(name) ?? new Set()).add(place));
  };
  return { places, look };
}

async function lookThroughTables({ asOwner }: Cell, look: Look): Promise<void> {
  const tables = await asOwner(sql`select relname::text as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm') and not relispartition`);
  for (const { name } of tables.map((row) => z.object({ name: z.string() }).parse(row))) {
    const rows = await asOwner(sql`select to_jsonb(t)::text as row from ${sql.identifier(name)} t`);
    for (const { row } of rows) {
      const columns = z.record(z.string(), z.unknown()).parse(JSON.parse(z.string().parse(row)));
      for (const [column, value] of Object.entries(columns)) look(`${name}.${column}`, contentOf(value));
    }
  }
}

const GZIP = "\\x1f8b";

/** A value as text; bytes as Postgres writes them, and unpacked where they were packed. */
function contentOf(value: unknown): Buffer | string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.startsWith(GZIP) ? gunzipSync(Buffer.from(text.slice(2), "hex")) : text;
}

const scanSchema = z.tuple([z.string(), z.array(z.string())]);
const READ: Readonly<Record<string, (key: string) => string[]>> = {
  string: (key) => ["GET", key],
  hash: (key) => ["HGETALL", key],
  set: (key) => ["SMEMBERS", key],
  list: (key) => ["LRANGE", key, "0", "-1"],
  zset: (key) => ["ZRANGE", key, "0", "-1"],
};

async function lookThroughRedis({ stack }: Cell, look: Look): Promise<void> {
  const command = async (...words: string[]): Promise<unknown> => askRedis(stack.bindings, words);
  let cursor = "0";
  do {
    const [next, keys] = scanSchema.parse(await command("SCAN", cursor, "COUNT", "500"));
    for (const key of keys) {
      const type = z.string().parse(await command("TYPE", key));
      const read = READ[type];
      if (read === undefined && type !== "none") throw new Error(`No way to read a ${type} of Redis.`);
      look("redis", JSON.stringify([key, read === undefined ? null : await command(...read(key))]));
    }
    cursor = next;
  } while (cursor !== "0");
}

/** One command of Redis over its REST protocol. */
export async function askRedis(
  bindings: Readonly<Record<string, string>>,
  words: readonly string[],
): Promise<unknown> {
  const answer = await fetch(bindings.UPSTASH_REDIS_REST_URL ?? "", {
    method: "POST",
    headers: { authorization: `Bearer ${bindings.UPSTASH_REDIS_REST_TOKEN}` },
    body: JSON.stringify(words),
  });
  return z.object({ result: z.unknown() }).parse(await answer.json()).result;
}

function lookThroughFiles(dataDir: string, look: Look): void {
  for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const inside = relative(dataDir, path);
    const [, place = inside] = FOLDERS.find(([folder]) => folder.test(inside)) ?? [];
    look(place, inside);
    look(place, contentOfFile(path));
  }
}

/** Empty for a file that went away since it was listed. */
function contentOfFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
