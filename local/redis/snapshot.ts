import { printFloat } from "./commandTable.ts";
import type { Keyspace, Value } from "./keyspace.ts";

/** The one command that makes this value. */
function makingCommand(key: string, value: Value): string[] {
  switch (value.kind) {
    case "string":
      return ["set", key, value.text];
    case "hash":
      return ["hset", key, ...[...value.fields].flat()];
    case "set":
      return ["sadd", key, ...value.members];
    case "zset":
      return ["zadd", key, ...[...value.scores].flatMap(([name, score]) => [exactScore(score), name])];
    case "list":
      return ["rpush", key, ...value.items];
  }
}

const exactScore = (score: number): string => (Number.isFinite(score) ? String(score) : printFloat(score));

/** Commands that make an empty keyspace equal to this one, expiry included. */
export function* snapshotCommands(keyspace: Keyspace): Generator<string[]> {
  for (const key of keyspace.keys()) {
    const value = keyspace.find(key);
    if (value === null) continue;
    yield makingCommand(key, value);
    const expiresAtMs = keyspace.expiryOf(key);
    if (expiresAtMs !== null) yield ["pexpireat", key, String(expiresAtMs)];
  }
}
