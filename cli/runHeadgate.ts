import { done, type Outcome } from "../functions/contracts/outcome.ts";
import type { Command, Done, Environment, Screen, Tools } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { describeAll, describeCommand } from "./describeUsage.ts";
import { type CommandFailure, EXIT_CODES, wrongUsage } from "./failure.ts";
import { createScreen } from "./output/createScreen.ts";
import { describeFailure } from "./output/describeFailure.ts";
import { type CommandLine, type CommonOptions, parseCommandLine } from "./parseCommandLine.ts";
import { createAsk } from "./server/callServer.ts";
import { findServer } from "./server/findServer.ts";

/** Where the program runs, and where it writes. */
export interface Surroundings {
  readonly environment: Environment;
  readonly cwd: string;
  readonly input: AsyncIterable<Uint8Array | string>;
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Runs one command line to its end; answers the exit code. */
export async function runHeadgate(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { out, err } = surroundings;
  const line = parseCommandLine(words, COMMANDS);
  if (!line.ok) {
    const more = line.failure.kind === "usage" ? "\nSee `headgate help`." : "";
    err.write(`${describe(line.failure, surroundings)}${more}\n`);
    return EXIT_CODES[line.failure.kind];
  }
  const { command, common } = line.value;
  if (command === null || common.help) {
    out.write(`${command === null ? describeAll(COMMANDS) : describeCommand(command)}\n`);
    return 0;
  }
  const screen = createScreen(surroundings);
  const outcome = await run(command, line.value, surroundings, screen);
  screen.clear();
  return outcome.ok
    ? report(outcome.value, common, surroundings)
    : complain(outcome.failure, common, surroundings);
}

async function run(
  command: Command,
  { operands, options, common }: CommandLine,
  surroundings: Surroundings,
  screen: Screen,
): Promise<Outcome<Done, CommandFailure>> {
  const tools = toolsFor(command, common, surroundings, screen);
  return tools.ok ? command.run(operands, options, tools.value) : tools;
}

function toolsFor(
  { keyOf }: Command,
  flags: CommonOptions,
  { environment, cwd, input }: Surroundings,
  screen: Screen,
): Outcome<Tools, CommandFailure> {
  // A command that asks nobody works where there is no server.
  if (keyOf === null)
    return done({ cwd, input, screen, ask: async () => wrongUsage("This command asks no server.") });
  const server = findServer({ flags, environment, cwd, keyOf });
  return server.ok ? done({ cwd, input, screen, ask: createAsk(server.value) }) : server;
}

function report(
  { json, out: text, notes = [], exitCode = 0 }: Done,
  common: CommonOptions,
  { out, err }: Surroundings,
): number {
  const shown = common.json ? JSON.stringify(json, null, 2) : text;
  if (shown !== "") out.write(`${shown}\n`);
  if (!common.json && !common.quiet) for (const note of notes) err.write(`${note}\n`);
  return exitCode;
}

function complain(failure: CommandFailure, common: CommonOptions, surroundings: Surroundings): number {
  const { out, err } = surroundings;
  if (common.json && failure.kind === "refused")
    out.write(`${JSON.stringify(failure.problem.body, null, 2)}\n`);
  else if (common.json && failure.kind === "broken") out.write(`${JSON.stringify(failure.body, null, 2)}\n`);
  else err.write(`${describe(failure, surroundings)}\n`);
  return EXIT_CODES[failure.kind];
}

const describe = (failure: CommandFailure, { environment, err }: Surroundings): string =>
  describeFailure(failure, err.isTTY === true && !environment.NO_COLOR);
