import { type CommandTable, integer, reads, writes } from "./commandTable.ts";
import type { Keyspace } from "./keyspace.ts";
import { CommandError, type Reply } from "./replies.ts";
import { scanAll } from "./scan.ts";

const EMPTY: ReadonlySet<string> = new Set();

const membersOf = (keyspace: Keyspace, key: string): ReadonlySet<string> =>
  keyspace.findKind(key, "set")?.members ?? EMPTY;

const allMembers = (keyspace: Keyspace, keys: readonly string[]): ReadonlySet<string>[] =>
  keys.map((key) => membersOf(keyspace, key));

function add(keyspace: Keyspace, [key = "", ...added]: readonly string[]): Reply {
  const { members } = keyspace.findOrCreate<"set">(key, { kind: "set", members: new Set() });
  const before = members.size;
  for (const member of added) members.add(member);
  return members.size - before;
}

function remove(keyspace: Keyspace, [key = "", ...removed]: readonly string[]): Reply {
  const set = keyspace.findKind(key, "set");
  if (set === null) return 0;
  const count = removed.filter((member) => set.members.delete(member)).length;
  keyspace.removeIfEmpty<"set">(key, set);
  return count;
}

/** Takes the oldest members: any choice is a valid answer, and this one replays from the log. */
function pop(keyspace: Keyspace, [key = "", count]: readonly string[]): Reply {
  const wanted = count === undefined ? 1 : integer(count);
  if (wanted < 0) throw new CommandError("ERR value is out of range, must be positive");
  const taken = [...membersOf(keyspace, key)].slice(0, wanted);
  remove(keyspace, [key, ...taken]);
  return count === undefined ? (taken[0] ?? null) : taken;
}

const union = (sets: readonly ReadonlySet<string>[]): string[] => [
  ...new Set(sets.flatMap((set) => [...set])),
];

const intersection = ([first = EMPTY, ...others]: readonly ReadonlySet<string>[]): string[] =>
  [...first].filter((member) => others.every((set) => set.has(member)));

const difference = ([first = EMPTY, ...others]: readonly ReadonlySet<string>[]): string[] =>
  [...first].filter((member) => !others.some((set) => set.has(member)));

export const setCommands: CommandTable = {
  smembers: reads(2, (keyspace, [key = ""]) => [...membersOf(keyspace, key)]),
  scard: reads(2, (keyspace, [key = ""]) => membersOf(keyspace, key).size),
  sismember: reads(3, (keyspace, [key = "", member = ""]) => (membersOf(keyspace, key).has(member) ? 1 : 0)),
  smismember: reads(-3, (keyspace, [key = "", ...members]) => {
    const set = membersOf(keyspace, key);
    return members.map((member) => (set.has(member) ? 1 : 0));
  }),
  sunion: reads(-2, (keyspace, keys) => union(allMembers(keyspace, keys))),
  sinter: reads(-2, (keyspace, keys) => intersection(allMembers(keyspace, keys))),
  sdiff: reads(-2, (keyspace, keys) => difference(allMembers(keyspace, keys))),
  sscan: reads(-3, (keyspace, [key = "", cursor, ...options]) =>
    scanAll([...membersOf(keyspace, key)], (member) => member, cursor, options),
  ),
  sadd: writes(-3, add),
  srem: writes(-3, remove),
  spop: writes(-2, pop),
};
