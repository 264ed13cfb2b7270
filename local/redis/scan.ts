import { globToRegExp, integer } from "./commandTable.ts";
import { CommandError, type Reply, syntaxError } from "./replies.ts";

/** MATCH, COUNT and TYPE of a SCAN. */
export interface ScanOptions {
  readonly match: RegExp | null;
  readonly count: number;
  readonly type: string | null;
}

/** Reads the options behind the cursor; the cursor itself must be a number. */
export function scanOptions(cursor: string | undefined, words: readonly string[]): ScanOptions {
  if (!/^[0-9]+$/.test(cursor ?? "")) throw new CommandError("ERR invalid cursor");
  let match: RegExp | null = null;
  let count = 10;
  let type: string | null = null;
  for (let i = 0; i < words.length; i += 2) {
    const value = words[i + 1];
    const word = (words[i] ?? "").toLowerCase();
    if (value === undefined) throw syntaxError();
    if (word === "match") match = globToRegExp(value);
    else if (word === "count") count = integer(value);
    else if (word === "type") type = value.toLowerCase();
    else throw syntaxError();
  }
  if (count < 1) throw syntaxError();
  return { match, count, type };
}

/** HSCAN, SSCAN and ZSCAN: a collection is answered whole with cursor 0, as Redis does for small ones. */
export function scanAll<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  cursor: string | undefined,
  words: readonly string[],
): Reply {
  const { match } = scanOptions(cursor, words);
  const kept = match === null ? items : items.filter((item) => match.test(nameOf(item)));
  return ["0", kept.flat().map(String)];
}
