/** A status reply such as `+OK`: text on the wire, a table with `ok` inside Lua. */
export class Status {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An error reply. Commands throw it; the store turns it into a reply, and Lua into a table with `err`. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** What a command answers, in the types of Redis' own protocol (RESP2). Buffers come from a real Redis only. */
export type Reply = string | number | null | Status | CommandError | Buffer | readonly Reply[];

export const OK = new Status("OK");

export const wrongType = (): CommandError =>
  new CommandError("WRONGTYPE Operation against a key holding the wrong kind of value");
export const syntaxError = (): CommandError => new CommandError("ERR syntax error");
export const notAnInteger = (): CommandError =>
  new CommandError("ERR value is not an integer or out of range");
export const notAFloat = (): CommandError => new CommandError("ERR value is not a valid float");
