import { z } from "zod";
import type { Outcome } from "../functions/contracts/outcome.ts";
import type { CommandFailure } from "./failure.ts";
import type { Call } from "./server/callServer.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whose key of dev.json a command takes when none is named: the demo organization's, the platform's, or none
 * because what it asks is public.
 */
export type KeyHolder = "organization" | "platform" | "nobody";

/** The terminal, or whatever standard output and standard error go to. */
export interface Screen {
  /** Whether standard output shows colors. */
  readonly colors: boolean;
  /** Cells in a line of it; 80 where it is no terminal. */
  readonly width: number;
  /** Says how far the work is, in the place of what was said before; nobody hears it where no terminal is. */
  progress(line: string): void;
}

/** What a command has at hand. */
export interface Tools {
  readonly cwd: string;
  readonly input: AsyncIterable<Uint8Array | string>;
  readonly screen: Screen;
  /** Asks the server that flags, environment or dev.json name; the answer's body, parsed. */
  ask<Body>(call: Call, answer: z.ZodType<Body>): Promise<Outcome<Body, CommandFailure>>;
}

/** What a command has done. */
export interface Done {
  /** What `--json` prints. */
  readonly json: unknown;
  /** Standard output for people and pipes. */
  readonly out: string;
  /** Standard error: what to know about it. `--quiet` leaves it out. */
  readonly notes?: readonly string[];
  /** A verdict's exit code; absent: 0. */
  readonly exitCode?: number;
}

interface CommandSpec<Shape extends z.ZodRawShape> {
  /** As it is typed: `keys list`. */
  readonly words: string;
  /** Names of the arguments behind the words; each must be given. A last one in `...` stands for one or more. */
  readonly operands?: readonly string[];
  /** It exits by a verdict, 1 and 2 among them: wrong usage exits as wrong data does. */
  readonly byVerdict?: boolean;
  readonly summary: string;
  /** Options by their name without dashes; `describe` says what each means. One hides a common one of its name. */
  readonly options: Shape;
  /** Absent: it asks no server. */
  readonly keyOf?: KeyHolder;
  readonly run: (
    input: { readonly operands: readonly string[]; readonly options: z.infer<z.ZodObject<Shape>> },
    tools: Tools,
  ) => Promise<Outcome<Done, CommandFailure>>;
}

/** A command of the table, its options still to be parsed. */
export interface Command {
  readonly words: string;
  readonly operands: readonly string[];
  readonly byVerdict: boolean;
  readonly summary: string;
  readonly options: z.ZodObject;
  readonly keyOf: KeyHolder | null;
  run(
    operands: readonly string[],
    options: unknown,
    tools: Tools,
  ): ReturnType<CommandSpec<z.ZodRawShape>["run"]>;
}

/** Makes a command whose options are parsed by their own schemas before it runs. */
export function defineCommand<Shape extends z.ZodRawShape>(spec: CommandSpec<Shape>): Command {
  const options = z.object(spec.options);
  return {
    words: spec.words,
    operands: spec.operands ?? [],
    byVerdict: spec.byVerdict ?? false,
    summary: spec.summary,
    options,
    keyOf: spec.keyOf ?? null,
    run: (operands, given, tools) => spec.run({ operands, options: options.parse(given) }, tools),
  };
}
