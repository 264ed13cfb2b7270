import { type CommandTable, float, integer, pairs, printFloat, reads, writes } from "./commandTable.ts";
import type { Keyspace } from "./keyspace.ts";
import { CommandError, OK, type Reply } from "./replies.ts";
import { scanAll } from "./scan.ts";

const EMPTY: ReadonlyMap<string, string> = new Map();

const fieldsOf = (keyspace: Keyspace, key: string): ReadonlyMap<string, string> =>
  keyspace.findKind(key, "hash")?.fields ?? EMPTY;

const createFields = (keyspace: Keyspace, key: string): Map<string, string> =>
  keyspace.findOrCreate<"hash">(key, { kind: "hash", fields: new Map() }).fields;

function setFields(keyspace: Keyspace, name: string, [key = "", ...args]: readonly string[]): number {
  if (args.length % 2 !== 0) throw new CommandError(`ERR wrong number of arguments for '${name}' command`);
  const fields = createFields(keyspace, key);
  const before = fields.size;
  for (const [field, value] of pairs(args)) fields.set(field, value);
  return fields.size - before;
}

function deleteFields(keyspace: Keyspace, [key = "", ...names]: readonly string[]): Reply {
  const hash = keyspace.findKind(key, "hash");
  if (hash === null) return 0;
  const removed = names.filter((name) => hash.fields.delete(name)).length;
  keyspace.removeIfEmpty<"hash">(key, hash);
  return removed;
}

const INTEGER = /^(0|-?[1-9][0-9]*)$/;

function incrementField(keyspace: Keyspace, [key = "", field = "", by]: readonly string[]): Reply {
  const step = integer(by);
  const old = fieldsOf(keyspace, key).get(field) ?? "0";
  if (!INTEGER.test(old)) throw new CommandError("ERR hash value is not an integer");
  const sum = Number(old) + step;
  if (!Number.isSafeInteger(sum)) throw new CommandError("ERR increment or decrement would overflow");
  createFields(keyspace, key).set(field, String(sum));
  return sum;
}

function hashFloat(text: string): number {
  try {
    return float(text);
  } catch {
    throw new CommandError("ERR hash value is not a float");
  }
}

function incrementFieldFloat(keyspace: Keyspace, [key = "", field = "", by]: readonly string[]): Reply {
  const step = float(by);
  const sum = hashFloat(fieldsOf(keyspace, key).get(field) ?? "0") + step;
  if (!Number.isFinite(sum)) throw new CommandError("ERR increment would produce NaN or Infinity");
  const text = printFloat(sum);
  createFields(keyspace, key).set(field, text);
  return text;
}

function setNewField(keyspace: Keyspace, [key = "", field = "", value = ""]: readonly string[]): Reply {
  if (fieldsOf(keyspace, key).has(field)) return 0;
  createFields(keyspace, key).set(field, value);
  return 1;
}

export const hashCommands: CommandTable = {
  hget: reads(3, (keyspace, [key = "", field = ""]) => fieldsOf(keyspace, key).get(field) ?? null),
  hmget: reads(-3, (keyspace, [key = "", ...names]) => {
    const fields = fieldsOf(keyspace, key);
    return names.map((name) => fields.get(name) ?? null);
  }),
  hgetall: reads(2, (keyspace, [key = ""]) => [...fieldsOf(keyspace, key)].flat()),
  hkeys: reads(2, (keyspace, [key = ""]) => [...fieldsOf(keyspace, key).keys()]),
  hvals: reads(2, (keyspace, [key = ""]) => [...fieldsOf(keyspace, key).values()]),
  hlen: reads(2, (keyspace, [key = ""]) => fieldsOf(keyspace, key).size),
  hexists: reads(3, (keyspace, [key = "", field = ""]) => (fieldsOf(keyspace, key).has(field) ? 1 : 0)),
  hstrlen: reads(3, (keyspace, [key = "", field = ""]) =>
    Buffer.byteLength(fieldsOf(keyspace, key).get(field) ?? ""),
  ),
  hscan: reads(-3, (keyspace, [key = "", cursor, ...options]) =>
    scanAll([...fieldsOf(keyspace, key)], ([name]) => name, cursor, options),
  ),
  hset: writes(-4, (keyspace, args) => setFields(keyspace, "hset", args)),
  hmset: writes(-4, (keyspace, args) => {
    setFields(keyspace, "hmset", args);
    return OK;
  }),
  hsetnx: writes(4, setNewField),
  hdel: writes(-3, deleteFields),
  hincrby: writes(4, incrementField),
  hincrbyfloat: writes(4, incrementFieldFloat),
};
