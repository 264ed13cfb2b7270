import { integer } from "./commandTable.ts";
import { CommandError } from "./replies.ts";

/** The words that name an expiry in SET and GETEX. */
export const EXPIRY_WORDS: ReadonlySet<string> = new Set(["ex", "px", "exat", "pxat"]);

/** Turns `EX 10`, `PX 10`, `EXAT t` or `PXAT t` into milliseconds since 1970; zero and less are refused. */
export function absoluteExpiry(
  nowMs: number,
  word: string,
  amount: string | undefined,
  command: string,
): number {
  const value = integer(amount);
  if (value <= 0) throw new CommandError(`ERR invalid expire time in '${command}' command`);
  const milliseconds = word.startsWith("e") ? value * 1000 : value;
  return word.endsWith("at") ? milliseconds : nowMs + milliseconds;
}
