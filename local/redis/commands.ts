import type { CommandTable } from "./commandTable.ts";
import { connectionCommands } from "./connection.ts";
import { hashCommands } from "./hashes.ts";
import { keyCommands } from "./keys.ts";
import { listCommands } from "./lists.ts";
import { setCommands } from "./sets.ts";
import { sortedSetCommands } from "./sortedSets.ts";
import { stringCommands } from "./strings.ts";

/** Every command that works on the keyspace, by its lower-case name. Scripts and MULTI belong to the store. */
export const COMMANDS: CommandTable = {
  ...connectionCommands,
  ...keyCommands,
  ...stringCommands,
  ...hashCommands,
  ...setCommands,
  ...sortedSetCommands,
  ...listCommands,
};
