import { type CommandTable, reads } from "./commandTable.ts";
import { Status } from "./replies.ts";

/** Seconds and the microseconds within; one instant for a whole script. */
const time = (nowMs: number): [string, string] => [
  String(Math.floor(nowMs / 1000)),
  String(Math.floor((nowMs % 1000) * 1000)),
];

export const connectionCommands: CommandTable = {
  ping: reads(-1, (_, [message]) => message ?? new Status("PONG")),
  echo: reads(2, (_, [message = ""]) => message),
  time: reads(1, (keyspace) => time(keyspace.nowMs)),
};
