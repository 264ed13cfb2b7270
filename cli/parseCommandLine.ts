import { type ParseArgsOptionDescriptor, parseArgs } from "node:util";
import { z } from "zod";
import { done, type Outcome } from "../functions/contracts/outcome.ts";
import type { Command } from "./command.ts";
import { type CommandFailure, wrongUsage } from "./failure.ts";

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
  const rest = words.slice(command.words.split(" ").length);
  const split = splitOptions(rest, { ...COMMON_OPTIONS.shape, ...command.options.shape });
  if (!split.ok) return split;
  const { values, positionals } = split.value;
  const common = COMMON_OPTIONS.parse(values);
  const line = { command, operands: positionals, options: values, common };
  if (common.help) return done(line);
  const parsed = command.options.safeParse(values);
  if (!parsed.success) {
    const sentences = parsed.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`);
    return wrongUsage(`${sentences.join("; ")}.`);
  }
  if (positionals.length !== command.operands.length)
    return wrongUsage(`headgate ${command.words} takes ${countOf(command.operands)}.`);
  return done(line);
}

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

function splitOptions(
  words: readonly string[],
  shape: Readonly<Record<string, z.core.$ZodType>>,
): Outcome<{ values: Record<string, unknown>; positionals: string[] }, CommandFailure> {
  const options = Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, kindOf(schema)]));
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
    return done({ values, positionals });
  } catch (error) {
    // Node's sentence goes on with advice about file names; the first one says what is wrong.
    const [reason = ""] = error instanceof Error ? error.message.split(". ") : [];
    return wrongUsage(`${reason.replace(/\.$/, "")}.`);
  }
}

/** What Node's parser must know of an option, read off its schema. */
export function kindOf(schema: z.core.$ZodType): ParseArgsOptionDescriptor {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return kindOf(schema.unwrap());
  if (schema instanceof z.ZodArray) return { type: "string", multiple: true };
  return { type: schema instanceof z.ZodBoolean ? "boolean" : "string" };
}
