import { parseArgs } from "node:util";
import { PROTOCOLS, type Protocol } from "./encodeRequest.ts";

export interface RunnerBenchOptions {
  readonly models: readonly string[];
  readonly protocols: readonly Protocol[];
  readonly callers: readonly number[];
  readonly warmupMs: number;
  readonly measuredMs: number;
  /** A folder for V8's profiles of the runner's threads, or null. */
  readonly profileFolder: string | null;
  /** Whether to write its part of bench/RESULTS.md. */
  readonly write: boolean;
}

export const USAGE = `node bench/runner/main.ts [--quick] [--write] [--models small,wide,visual-servo,lexical-384,visual-512,media]
  [--protocols REST JSON,REST binary,gRPC] [--callers 1,16,64] [--profile FOLDER]`;

/** `media` is no model, but what the anonymizer of pictures does. */
export const MEDIA = "media";
const MODELS = ["small", "wide", "visual-servo", "lexical-384", "visual-512", MEDIA];

const listOf = (text: string, known: readonly string[]): string[] => {
  const names = text.split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${known.join(", ")}.`);
  return names;
};

/** Reads the command line. Throws one sentence where it cannot be understood. */
export const readOptions = (args: readonly string[]): RunnerBenchOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      models: { type: "string", default: MODELS.join(",") },
      protocols: { type: "string", default: PROTOCOLS.join(",") },
      callers: { type: "string", default: "1,16,64" },
      profile: { type: "string" },
    },
  });
  const callers = values.callers.split(",").map(Number);
  if (!callers.every((count) => Number.isInteger(count) && count > 0))
    throw new Error(`${values.callers} is no list of callers.`);
  const protocols = listOf(values.protocols, PROTOCOLS);
  return {
    models: listOf(values.models, MODELS),
    protocols: PROTOCOLS.filter((protocol) => protocols.includes(protocol)),
    callers,
    warmupMs: values.quick ? 200 : 250,
    measuredMs: values.quick ? 500 : 1000,
    profileFolder: values.profile ?? null,
    write: values.write,
  };
};
