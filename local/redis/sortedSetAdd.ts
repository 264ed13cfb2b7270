import { float, pairs, printFloat } from "./commandTable.ts";
import type { Keyspace } from "./keyspace.ts";
import { CommandError, type Reply, syntaxError } from "./replies.ts";

const FLAGS: ReadonlySet<string> = new Set(["nx", "xx", "gt", "lt", "ch", "incr"]);

/** Whether the flags of ZADD let this score replace that one (`undefined`: the member is new). */
function mayReplace(flags: ReadonlySet<string>, old: number | undefined, score: number): boolean {
  if (old === undefined) return !flags.has("xx");
  if (flags.has("nx")) return false;
  if (flags.has("gt")) return score > old;
  if (flags.has("lt")) return score < old;
  return true;
}

function checkFlags(flags: ReadonlySet<string>, count: number): void {
  const exclusive = ["nx", "gt", "lt"].filter((flag) => flags.has(flag)).length;
  if (flags.has("nx") && flags.has("xx"))
    throw new CommandError("ERR XX and NX options at the same time are not compatible");
  if (exclusive > 1)
    throw new CommandError("ERR GT, LT, and/or NX options at the same time are not compatible");
  if (flags.has("incr") && count !== 1)
    throw new CommandError("ERR INCR option supports a single increment-element pair");
}

/** ZADD with NX, XX, GT, LT, CH and INCR. Answers how many were added (CH: changed), with INCR the new score. */
export function addScores(keyspace: Keyspace, [key = "", ...words]: readonly string[]): Reply {
  const firstPair = words.findIndex((word) => !FLAGS.has(word.toLowerCase()));
  const flags = new Set(words.slice(0, Math.max(0, firstPair)).map((word) => word.toLowerCase()));
  const rest = firstPair < 0 ? [] : words.slice(firstPair);
  if (rest.length === 0 || rest.length % 2 !== 0) throw syntaxError();
  const entries = pairs(rest).map(([score, member]): [number, string] => [float(score), member]);
  checkFlags(flags, entries.length);

  const set = keyspace.findOrCreate<"zset">(key, { kind: "zset", scores: new Map() });
  const { scores } = set;
  let added = 0;
  let changed = 0;
  let incremented: number | null = null;
  for (const [amount, member] of entries) {
    const old = scores.get(member);
    const score = flags.has("incr") ? (old ?? 0) + amount : amount;
    if (!mayReplace(flags, old, score)) continue;
    scores.set(member, score);
    incremented = score;
    if (old === undefined) added += 1;
    else if (old !== score) changed += 1;
  }
  keyspace.removeIfEmpty<"zset">(key, set);
  if (flags.has("incr")) return incremented === null ? null : printFloat(incremented);
  return flags.has("ch") ? added + changed : added;
}
