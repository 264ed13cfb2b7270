import {
  type CommandTable,
  float,
  integer,
  pairs,
  printFloat,
  reads,
  sliceRange,
  writes,
} from "./commandTable.ts";
import { absoluteExpiry, EXPIRY_WORDS } from "./expiry.ts";
import type { Keyspace } from "./keyspace.ts";
import { CommandError, OK, type Reply, syntaxError } from "./replies.ts";

const read = (keyspace: Keyspace, key: string): string | null =>
  keyspace.findKind(key, "string")?.text ?? null;

/** Replaces the text and keeps the expiry, as INCR, APPEND and SETRANGE do. */
function replaceText(keyspace: Keyspace, key: string, text: string): void {
  keyspace.findOrCreate<"string">(key, { kind: "string", text }).text = text;
}

interface SetOptions {
  readonly condition: "nx" | "xx" | null;
  readonly keepExpiry: boolean;
  readonly answerOld: boolean;
  readonly expiresAtMs: number | null;
}

function setOptions(keyspace: Keyspace, words: readonly string[]): SetOptions {
  let condition: SetOptions["condition"] = null;
  let keepExpiry = false;
  let answerOld = false;
  let expiresAtMs: number | null = null;
  for (let i = 0; i < words.length; i += 1) {
    const word = (words[i] ?? "").toLowerCase();
    if ((word === "nx" || word === "xx") && condition === null) condition = word;
    else if (word === "get") answerOld = true;
    else if (word === "keepttl" && expiresAtMs === null) keepExpiry = true;
    else if (EXPIRY_WORDS.has(word) && expiresAtMs === null && !keepExpiry && i + 1 < words.length) {
      i += 1;
      expiresAtMs = absoluteExpiry(keyspace.nowMs, word, words[i], "set");
    } else throw syntaxError();
  }
  return { condition, keepExpiry, answerOld, expiresAtMs };
}

function set(keyspace: Keyspace, [key = "", text = "", ...words]: readonly string[]): Reply {
  const options = setOptions(keyspace, words);
  const old = options.answerOld ? read(keyspace, key) : null;
  const exists = keyspace.find(key) !== null;
  if (options.condition === (exists ? "nx" : "xx")) return old;
  const expiresAtMs = options.keepExpiry ? keyspace.expiryOf(key) : options.expiresAtMs;
  keyspace.put(key, { kind: "string", text });
  if (expiresAtMs !== null) keyspace.expire(key, expiresAtMs);
  return options.answerOld ? old : OK;
}

function setWithExpiry(keyspace: Keyspace, name: string, unit: string, args: readonly string[]): Reply {
  const [key = "", duration = "", text = ""] = args;
  const expiresAtMs = absoluteExpiry(keyspace.nowMs, unit, duration, name);
  keyspace.put(key, { kind: "string", text }, expiresAtMs);
  return OK;
}

function increment(keyspace: Keyspace, key: string, by: number): Reply {
  const sum = integer(read(keyspace, key) ?? "0") + by;
  if (!Number.isSafeInteger(sum)) throw new CommandError("ERR increment or decrement would overflow");
  replaceText(keyspace, key, String(sum));
  return sum;
}

function incrementFloat(keyspace: Keyspace, key: string, by: string): Reply {
  const sum = float(read(keyspace, key) ?? "0") + float(by);
  if (!Number.isFinite(sum)) throw new CommandError("ERR increment would produce NaN or Infinity");
  const text = printFloat(sum);
  replaceText(keyspace, key, text);
  return text;
}

function getAndExpire(keyspace: Keyspace, [key = "", ...words]: readonly string[]): Reply {
  const text = read(keyspace, key);
  const word = (words[0] ?? "").toLowerCase();
  if (words.length === 0) return text;
  if (word === "persist" && words.length === 1) keyspace.expire(key, null);
  else if (EXPIRY_WORDS.has(word) && words.length === 2)
    keyspace.expire(key, absoluteExpiry(keyspace.nowMs, word, words[1], "getex"));
  else throw syntaxError();
  return text;
}

function append(keyspace: Keyspace, key: string, tail: string): Reply {
  const text = (read(keyspace, key) ?? "") + tail;
  replaceText(keyspace, key, text);
  return Buffer.byteLength(text);
}

function setMany(keyspace: Keyspace, name: string, args: readonly string[], onlyNew: boolean): Reply {
  if (args.length % 2 !== 0) throw new CommandError(`ERR wrong number of arguments for '${name}' command`);
  const entries = pairs(args);
  if (onlyNew && entries.some(([key]) => keyspace.find(key) !== null)) return 0;
  for (const [key, text] of entries) keyspace.put(key, { kind: "string", text });
  return onlyNew ? 1 : OK;
}

/** Bytes `start` to `stop` of the text, both included. */
function getRange(keyspace: Keyspace, [key = "", start, stop]: readonly string[]): Reply {
  const bytes = Buffer.from(read(keyspace, key) ?? "");
  return bytes.subarray(...sliceRange(integer(start), integer(stop), bytes.length)).toString();
}

/** A key of another type answers null, as MGET does, not WRONGTYPE. */
const getOrNull = (keyspace: Keyspace, key: string): string | null => {
  const value = keyspace.find(key);
  return value?.kind === "string" ? value.text : null;
};

export const stringCommands: CommandTable = {
  get: reads(2, (keyspace, [key = ""]) => read(keyspace, key)),
  mget: reads(-2, (keyspace, keys) => keys.map((key) => getOrNull(keyspace, key))),
  strlen: reads(2, (keyspace, [key = ""]) => Buffer.byteLength(read(keyspace, key) ?? "")),
  getrange: reads(4, getRange),
  set: writes(-3, set),
  setnx: writes(3, (keyspace, [key = "", text = ""]) => (set(keyspace, [key, text, "nx"]) === OK ? 1 : 0)),
  setex: writes(4, (keyspace, args) => setWithExpiry(keyspace, "setex", "ex", args)),
  psetex: writes(4, (keyspace, args) => setWithExpiry(keyspace, "psetex", "px", args)),
  getset: writes(3, (keyspace, [key = "", text = ""]) => set(keyspace, [key, text, "get"])),
  getdel: writes(2, (keyspace, [key = ""]) => {
    const text = read(keyspace, key);
    keyspace.remove(key);
    return text;
  }),
  getex: writes(-2, getAndExpire),
  mset: writes(-3, (keyspace, args) => setMany(keyspace, "mset", args, false)),
  msetnx: writes(-3, (keyspace, args) => setMany(keyspace, "msetnx", args, true)),
  append: writes(3, (keyspace, [key = "", tail = ""]) => append(keyspace, key, tail)),
  incr: writes(2, (keyspace, [key = ""]) => increment(keyspace, key, 1)),
  decr: writes(2, (keyspace, [key = ""]) => increment(keyspace, key, -1)),
  incrby: writes(3, (keyspace, [key = "", by]) => increment(keyspace, key, integer(by))),
  decrby: writes(3, (keyspace, [key = "", by]) => increment(keyspace, key, -integer(by))),
  incrbyfloat: writes(3, (keyspace, [key = "", by = ""]) => incrementFloat(keyspace, key, by)),
};
