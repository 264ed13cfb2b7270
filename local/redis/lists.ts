import { type CommandTable, integer, reads, sliceRange, writes } from "./commandTable.ts";
import type { Keyspace } from "./keyspace.ts";
import { CommandError, OK, type Reply } from "./replies.ts";

const itemsOf = (keyspace: Keyspace, key: string): readonly string[] =>
  keyspace.findKind(key, "list")?.items ?? [];

function push(keyspace: Keyspace, [key = "", ...added]: readonly string[], atHead: boolean): Reply {
  const { items } = keyspace.findOrCreate<"list">(key, { kind: "list", items: [] });
  if (atHead) items.unshift(...added.reverse());
  else items.push(...added);
  return items.length;
}

const pushIfExists = (keyspace: Keyspace, args: readonly string[], atHead: boolean): Reply =>
  keyspace.findKind(args[0] ?? "", "list") === null ? 0 : push(keyspace, args, atHead);

function pop(keyspace: Keyspace, [key = "", count]: readonly string[], atHead: boolean): Reply {
  const wanted = count === undefined ? 1 : integer(count);
  if (wanted < 0) throw new CommandError("ERR value is out of range, must be positive");
  const list = keyspace.findKind(key, "list");
  if (list === null) return null;
  const { items } = list;
  const taken = atHead ? items.splice(0, wanted) : items.splice(Math.max(0, items.length - wanted)).reverse();
  keyspace.removeIfEmpty<"list">(key, list);
  return count === undefined ? (taken[0] ?? null) : taken;
}

function trim(keyspace: Keyspace, [key = "", start, stop]: readonly string[]): Reply {
  const list = keyspace.findKind(key, "list");
  if (list === null) return OK;
  const kept = list.items.slice(...sliceRange(integer(start), integer(stop), list.items.length));
  list.items.splice(0, list.items.length, ...kept);
  keyspace.removeIfEmpty<"list">(key, list);
  return OK;
}

function setItem(keyspace: Keyspace, [key = "", position, item = ""]: readonly string[]): Reply {
  const list = keyspace.findKind(key, "list");
  if (list === null) throw new CommandError("ERR no such key");
  const index = integer(position);
  const at = index < 0 ? list.items.length + index : index;
  if (at < 0 || at >= list.items.length) throw new CommandError("ERR index out of range");
  list.items[at] = item;
  return OK;
}

/** Removes `count` equal items: from the head, from the tail when negative, all when zero. */
function removeItems(keyspace: Keyspace, [key = "", count, item]: readonly string[]): Reply {
  const limit = integer(count);
  const list = keyspace.findKind(key, "list");
  if (list === null) return 0;
  const { items } = list;
  const places = items.flatMap((found, index) => (found === item ? [index] : []));
  const chosen = limit === 0 ? places : limit > 0 ? places.slice(0, limit) : places.slice(limit);
  for (const index of chosen.reverse()) items.splice(index, 1);
  keyspace.removeIfEmpty<"list">(key, list);
  return chosen.length;
}

export const listCommands: CommandTable = {
  llen: reads(2, (keyspace, [key = ""]) => itemsOf(keyspace, key).length),
  lrange: reads(4, (keyspace, [key = "", start, stop]) => {
    const items = itemsOf(keyspace, key);
    return items.slice(...sliceRange(integer(start), integer(stop), items.length));
  }),
  lindex: reads(3, (keyspace, [key = "", index]) => itemsOf(keyspace, key).at(integer(index)) ?? null),
  lpush: writes(-3, (keyspace, args) => push(keyspace, args, true)),
  rpush: writes(-3, (keyspace, args) => push(keyspace, args, false)),
  lpushx: writes(-3, (keyspace, args) => pushIfExists(keyspace, args, true)),
  rpushx: writes(-3, (keyspace, args) => pushIfExists(keyspace, args, false)),
  lpop: writes(-2, (keyspace, args) => pop(keyspace, args, true)),
  rpop: writes(-2, (keyspace, args) => pop(keyspace, args, false)),
  ltrim: writes(4, trim),
  lset: writes(4, setItem),
  lrem: writes(4, removeItems),
};
