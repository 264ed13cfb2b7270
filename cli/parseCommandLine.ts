import { type ParseArgsOptionDescriptor, parseArgs } from "node:util";
import { z } from "zod";
import { done, type Outcome } from "../functions/contracts/outcome.ts";
import type { Command } from "./command.ts";
import { type CommandFailure, wrongData, wrongUsage } from "./failure.ts";

/** Options that every command understands. */
export const COMMON_OPTIONS = z.object({
  url: z.string().optional().describe("address of the server"),
  key: z.string().optional().describe("API key; better set as HEADGATE_KEY, which no process list shows"),
  json: z.boolean().default(false).describe("print the API's JSON"),
  quiet: z.boolean().default(false).describe("print the result alone"),
  help: z.boolean().default(false).describe("say how the command is used"),
});
export type CommonOptions = z.infer<typeof COMMON_OPTIONS>;

/** A command line that was understood; without a command it asks for help. */
export interface CommandLine {
  readonly command: Command | null;
  readonly operands: readonly string[];
  readonly options: unknown;
  readonly common: CommonOptions;
}

/**
 * Understands a command line. Node's own parser is enough for `group verb operands --options`: it is strict,
 * and brings no dependency into a program that handles keys.
 */
export function parseCommandLine(
  words: readonly string[],
  commands: readonly Command[],
): Outcome<CommandLine, CommandFailure> {
  const command = commands.find((one) => startsWith(words, one.words.split(" "))) ?? null;
  if (command === null) return withoutCommand(words);
  const line = parseFor(command, words.slice(command.words.split(" ").length));
  if (line.ok || line.failure.kind !== "usage" || !command.byVerdict) return line;
  return wrongData(line.failure.sentence, `See \`headgate ${command.words} --help\`.`);
}

function parseFor(command: Command, rest: readonly string[]): Outcome<CommandLine, CommandFailure> {
  const own = command.options.shape;
  const split = splitOptions(rest, { ...COMMON_OPTIONS.shape, ...own });
  if (!split.ok) return split;
  const { values, positionals } = split.value;
  const shared = Object.entries(values).filter(([name]) => !Object.hasOwn(own, name));
  const common = COMMON_OPTIONS.parse(Object.fromEntries(shared));
  const line = { command, operands: positionals, options: values, common };
  if (common.help) return done(line);
  const parsed = command.options.safeParse(values);
  if (!parsed.success) {
    const sentences = parsed.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`);
    return wrongUsage(`${sentences.join("; ")}.`);
  }
  if (!isRightCount(positionals.length, command.operands))
    return wrongUsage(`headgate ${command.words} takes ${countOf(command.operands)}.`);
  const apart = command.operands.at(-1)?.endsWith("...") === true ? split.value.apart : undefined;
  return apart === undefined
    ? done(line)
    : wrongUsage(
        `${apart} stands apart from the first argument; quote a pattern that stands behind an option.`,
      );
}

const isRightCount = (given: number, operands: readonly string[]): boolean =>
  operands.at(-1)?.endsWith("...") === true ? given >= operands.length : given === operands.length;

function withoutCommand(words: readonly string[]): Outcome<CommandLine, CommandFailure> {
  const asksForHelp = words.every((word) => word === "help" || word === "--help" || word === "-h");
  if (!asksForHelp)
    return wrongUsage(
      `There is no command \`headgate ${words.filter((word) => !word.startsWith("-")).join(" ")}\`.`,
    );
  return done({ command: null, operands: [], options: {}, common: COMMON_OPTIONS.parse({ help: true }) });
}

const startsWith = (words: readonly string[], start: readonly string[]): boolean =>
  start.every((word, index) => words[index] === word);

const countOf = (operands: readonly string[]): string =>
  operands.length === 0 ? "no argument" : operands.map((name) => `<${name}>`).join(" ");

interface SplitLine {
  readonly values: Record<string, unknown>;
  readonly positionals: string[];
  /** The first argument that an option stands in front of, with another argument in front of that. */
  readonly apart: string | undefined;
}

function splitOptions(
  words: readonly string[],
  shape: Readonly<Record<string, z.core.$ZodType>>,
): Outcome<SplitLine, CommandFailure> {
  const options = Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, kindOf(schema)]));
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...words],
      options,
      allowPositionals: true,
      tokens: true,
    });
    return done({ values, positionals, apart: positionalApart(tokens) });
  } catch (error) {
    // Node's sentence goes on with advice about file names; the first one says what is wrong.
    const [reason = ""] = error instanceof Error ? error.message.split(". ") : [];
    return wrongUsage(`${reason.replace(/\.$/, "")}.`);
  }
}

/**
 * A shell that expands `--reference real/*.csv` leaves the second file behind the option, where it reads as an
 * argument: of a list that is found here.
 */
function positionalApart(
  tokens: readonly { kind: string; value?: string | undefined }[],
): string | undefined {
  const first = tokens.findIndex(({ kind }) => kind === "positional");
  const behind = tokens.findIndex(({ kind }, at) => at > first && kind === "option");
  if (first === -1 || behind === -1) return undefined;
  return tokens.slice(behind).find(({ kind }) => kind === "positional")?.value;
}

/** What Node's parser must know of an option, read off its schema; `.meta({ short: "o" })` lets it be called `-o`. */
export function kindOf(schema: z.core.$ZodType): ParseArgsOptionDescriptor {
  const short = z.globalRegistry.get(schema)?.short;
  return { ...typeOf(schema), ...(typeof short === "string" && { short }) };
}

function typeOf(schema: z.core.$ZodType): ParseArgsOptionDescriptor {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return typeOf(schema.unwrap());
  if (schema instanceof z.ZodArray) return { type: "string", multiple: true };
  return { type: schema instanceof z.ZodBoolean ? "boolean" : "string" };
}
