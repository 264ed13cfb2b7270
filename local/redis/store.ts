import type { ChangeLog, LogEntry } from "./appendLog.ts";
import { COMMANDS } from "./commands.ts";
import { arityFits } from "./commandTable.ts";
import { Keyspace } from "./keyspace.ts";
import { CommandError, OK, type Reply } from "./replies.ts";
import { Scripting } from "./scripting.ts";

type Command = readonly string[];

export interface StoreOptions {
  /** Milliseconds since 1970; expiry and TIME follow it. */
  readonly now: () => number;
  readonly log: ChangeLog;
}

/**
 * A Redis in process: commands, Lua scripts and transactions over one keyspace. Single-threaded and
 * synchronous, so every command, script and transaction is atomic; what it wrote is in the log as one entry
 * before its reply is returned.
 */
export class Store {
  readonly keyspace = new Keyspace();
  readonly #scripting = new Scripting();
  readonly #now: () => number;
  readonly #log: ChangeLog;
  #effects: Command[] = [];

  constructor({ now, log }: StoreOptions) {
    this.#now = now;
    this.#log = log;
  }

  /** Runs one command, name first. A refusal is a CommandError among the replies, never thrown. */
  run(command: Command): Reply {
    return this.#logged(() => this.#answer(command));
  }

  /** Runs MULTI … EXEC. Commands that Redis would not queue abort the whole, as one error. */
  transaction(commands: readonly Command[]): readonly Reply[] | CommandError {
    const refusals = commands.map(refuse).filter((refusal) => refusal !== null);
    if (refusals.length > 0)
      return new CommandError("EXECABORT Transaction discarded because of previous errors.");
    return this.#logged(() => commands.map((command) => this.#answer(command)));
  }

  /** Applies entries of the log without writing them again. */
  replay(entries: Iterable<LogEntry>): void {
    for (const { atMs, commands } of entries) {
      this.keyspace.nowMs = atMs;
      for (const command of commands) this.#answer(command);
    }
    this.#effects = [];
  }

  #logged<Result>(work: () => Result): Result {
    const atMs = this.#now();
    this.keyspace.nowMs = atMs;
    const result = work();
    const commands = this.#effects;
    if (commands.length > 0) {
      this.#effects = [];
      this.#log.append({ atMs, commands });
    }
    return result;
  }

  #answer(command: Command): Reply {
    try {
      return this.#dispatch(command);
    } catch (error) {
      if (error instanceof CommandError) return error;
      throw error;
    }
  }

  #dispatch(command: Command): Reply {
    const refusal = refuse(command);
    if (refusal !== null) throw refusal;
    const [name = "", ...args] = command;
    switch (name.toLowerCase()) {
      case "eval":
      case "eval_ro":
        return this.#runScript(this.#scripting.load(args[0] ?? ""), args.slice(1));
      case "evalsha":
      case "evalsha_ro":
        return this.#runScript(args[0] ?? "", args.slice(1));
      case "script":
        return this.#script(args);
      default:
        return this.#runCommand(command);
    }
  }

  #runScript(sha1: string, args: Command): Reply {
    return this.#scripting.run(sha1, args, (words) => this.#runForScript(words));
  }

  /** Scripts may call every command of the keyspace, and no script. */
  #runForScript(words: Command): Reply {
    const name = (words[0] ?? "").toLowerCase();
    if (Object.hasOwn(SCRIPT_ARITY, name))
      return new CommandError("ERR This Redis command is not allowed from script");
    if (!Object.hasOwn(COMMANDS, name))
      return new CommandError("ERR Unknown Redis command called from script");
    return this.#answer(words);
  }

  #runCommand(command: Command): Reply {
    const [name = "", ...args] = command;
    const spec = COMMANDS[name.toLowerCase()];
    if (spec === undefined) throw unknownCommand(name);
    const reply = spec.run(this.keyspace, args);
    if (spec.writes) this.#effects.push(command);
    return reply;
  }

  #script([action = "", ...args]: Command): Reply {
    switch (action.toLowerCase()) {
      case "load":
        return this.#scripting.load(args[0] ?? "");
      case "exists":
        return args.map((sha1) => (this.#scripting.knows(sha1) ? 1 : 0));
      case "flush":
        this.#scripting.forgetAll();
        return OK;
      default:
        throw new CommandError(`ERR unknown subcommand '${action}'. Try SCRIPT HELP.`);
    }
  }
}

/** Commands that the store itself answers. */
const SCRIPT_ARITY: Readonly<Record<string, number>> = {
  eval: -3,
  eval_ro: -3,
  evalsha: -3,
  evalsha_ro: -3,
  script: -2,
};

const unknownCommand = (name: string): CommandError => new CommandError(`ERR unknown command '${name}'`);

/** Why Redis would not even queue a command: it does not exist, or has the wrong number of words. */
function refuse(command: Command): CommandError | null {
  const name = command[0] ?? "";
  const lower = name.toLowerCase();
  const arity = Object.hasOwn(SCRIPT_ARITY, lower)
    ? SCRIPT_ARITY[lower]
    : Object.hasOwn(COMMANDS, lower)
      ? COMMANDS[lower]?.arity
      : undefined;
  if (arity === undefined) return unknownCommand(name);
  return arityFits(arity, command.length)
    ? null
    : new CommandError(`ERR wrong number of arguments for '${lower}' command`);
}
