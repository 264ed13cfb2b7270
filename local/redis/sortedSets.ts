import { type CommandTable, integer, printFloat, reads, writes } from "./commandTable.ts";
import type { Keyspace } from "./keyspace.ts";
import { CommandError, type Reply } from "./replies.ts";
import { scanAll } from "./scan.ts";
import { addScores } from "./sortedSetAdd.ts";
import { type Member, memberList, range, rangeReply, scoreTest, sortedMembers } from "./sortedSetRange.ts";

const EMPTY: ReadonlyMap<string, number> = new Map();

const scoresOf = (keyspace: Keyspace, key: string): ReadonlyMap<string, number> =>
  keyspace.findKind(key, "zset")?.scores ?? EMPTY;

const printScore = (score: number | undefined): string | null =>
  score === undefined ? null : printFloat(score);

function removeMembers(keyspace: Keyspace, key: string, members: readonly string[]): number {
  const set = keyspace.findKind(key, "zset");
  if (set === null) return 0;
  const removed = members.filter((member) => set.scores.delete(member)).length;
  keyspace.removeIfEmpty<"zset">(key, set);
  return removed;
}

function removeByScore(keyspace: Keyspace, [key = "", low, high]: readonly string[]): Reply {
  const within = scoreTest(low, high);
  const hits = [...scoresOf(keyspace, key)].filter(([, score]) => within(score));
  return removeMembers(
    keyspace,
    key,
    hits.map(([member]) => member),
  );
}

function removeByRank(keyspace: Keyspace, [key = "", start, stop]: readonly string[]): Reply {
  const hits = range(sortedMembers(scoresOf(keyspace, key)), integer(start), integer(stop));
  return removeMembers(
    keyspace,
    key,
    hits.map(([member]) => member),
  );
}

const rankWith =
  (reversed: boolean) =>
  (keyspace: Keyspace, [key = "", member = ""]: readonly string[]): Reply => {
    const members = sortedMembers(scoresOf(keyspace, key));
    const rank = members.findIndex(([name]) => name === member);
    if (rank < 0) return null;
    return reversed ? members.length - 1 - rank : rank;
  };

const popWith =
  (highest: boolean) =>
  (keyspace: Keyspace, [key = "", count = "1"]: readonly string[]): Reply => {
    const wanted = integer(count);
    if (wanted < 0) throw new CommandError("ERR value is out of range, must be positive");
    const members: Member[] = sortedMembers(scoresOf(keyspace, key));
    const taken = (highest ? members.reverse() : members).slice(0, wanted);
    removeMembers(
      keyspace,
      key,
      taken.map(([member]) => member),
    );
    return memberList(taken, true);
  };

const rangeOf =
  (kind: "index" | "score" | "word", reversed: boolean) =>
  (keyspace: Keyspace, [key = "", ...args]: readonly string[]): Reply => {
    const members = sortedMembers(scoresOf(keyspace, key));
    return rangeReply(members, args, kind, reversed);
  };

export const sortedSetCommands: CommandTable = {
  zcard: reads(2, (keyspace, [key = ""]) => scoresOf(keyspace, key).size),
  zscore: reads(3, (keyspace, [key = "", member = ""]) => printScore(scoresOf(keyspace, key).get(member))),
  zmscore: reads(-3, (keyspace, [key = "", ...members]) => {
    const scores = scoresOf(keyspace, key);
    return members.map((member) => printScore(scores.get(member)));
  }),
  zcount: reads(4, (keyspace, [key = "", low, high]) => {
    const within = scoreTest(low, high);
    return [...scoresOf(keyspace, key).values()].filter(within).length;
  }),
  zrank: reads(3, rankWith(false)),
  zrevrank: reads(3, rankWith(true)),
  zrange: reads(-4, rangeOf("word", false)),
  zrevrange: reads(-4, rangeOf("index", true)),
  zrangebyscore: reads(-4, rangeOf("score", false)),
  zrevrangebyscore: reads(-4, rangeOf("score", true)),
  zscan: reads(-3, (keyspace, [key = "", cursor, ...options]) =>
    scanAll(
      sortedMembers(scoresOf(keyspace, key)).map(([member, score]) => [member, printFloat(score)]),
      ([member = ""]) => member,
      cursor,
      options,
    ),
  ),
  zadd: writes(-4, addScores),
  zincrby: writes(4, (keyspace, [key = "", by, member = ""]) =>
    addScores(keyspace, [key, "incr", by ?? "", member]),
  ),
  zrem: writes(-3, (keyspace, [key = "", ...members]) => removeMembers(keyspace, key, members)),
  zremrangebyscore: writes(4, removeByScore),
  zremrangebyrank: writes(4, removeByRank),
  zpopmin: writes(-2, popWith(false)),
  zpopmax: writes(-2, popWith(true)),
};
