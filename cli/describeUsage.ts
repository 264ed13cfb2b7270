import { z } from "zod";
import type { Command } from "./command.ts";
import { COMMON_OPTIONS, kindOf } from "./parseCommandLine.ts";

const WIDTH = 30;

/** What `headgate help` prints: every command in a line. */
export function describeAll(commands: readonly Command[]): string {
  const lines = commands.map((command) => row(callOf(command), command.summary));
  return [
    "headgate <command> [options]",
    "",
    ...lines,
    "",
    "Options of every command:",
    ...optionRows(COMMON_OPTIONS),
    "",
    "The server: --url and --key, then HEADGATE_URL and HEADGATE_KEY, then .headgate/dev.json.",
  ].join("\n");
}

/** What `headgate keys create --help` prints. */
export function describeCommand(command: Command): string {
  const options = optionRows(command.options);
  return [
    `headgate ${callOf(command)} [options]`,
    "",
    `${command.summary}.`,
    "",
    ...options,
    ...optionRows(commonOf(command)),
  ].join("\n");
}

/** The common options that the command has none of its own for, without those of a server where it asks none. */
function commonOf({ options, keyOf }: Command): z.ZodObject {
  const hidden = [...Object.keys(options.shape), ...(keyOf === null ? ["url", "key"] : [])];
  const left = Object.entries(COMMON_OPTIONS.shape).filter(([name]) => !hidden.includes(name));
  return z.object(Object.fromEntries(left));
}

const callOf = ({ words, operands }: Command): string =>
  [words, ...operands.map((name) => `<${name}>`)].join(" ");

const row = (left: string, right: string): string => `  ${left.padEnd(WIDTH)} ${right}`;

function optionRows({ shape }: z.ZodObject): string[] {
  return Object.entries(shape).map(([name, schema]) => {
    const { type, multiple, short } = kindOf(schema);
    const value = type === "boolean" ? "" : ` ${name.split("-").at(-1)?.toUpperCase()}`;
    const again = multiple === true ? "; again for more" : "";
    const shorter = short === undefined ? "" : `-${short}, `;
    return row(`${shorter}--${name}${value}`, `${descriptionOf(schema)}${again}`);
  });
}

const descriptionOf = (schema: z.core.$ZodType): string =>
  "description" in schema && typeof schema.description === "string" ? schema.description : "";
