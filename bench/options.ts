import { parseArgs } from "node:util";

/** What a run measures, and what it does with the numbers. */
export interface BenchOptions {
  readonly bodiesBytes: readonly number[];
  readonly connections: readonly number[];
  readonly warmupMs: number;
  readonly measuredMs: number;
  /** The parts to measure: the gate over HTTP, and its sockets. */
  readonly parts: readonly BenchPart[];
  /** Whether to profile the points that the aims are about. */
  readonly profile: boolean;
  /** Whether to write bench/RESULTS.md. */
  readonly write: boolean;
}

export const USAGE =
  "npm run bench -- [--only http|sockets] [--quick] [--profile] [--write] [--connections 1,16,64] [--bodies 425,20000]";

const PARTS = ["http", "sockets"] as const;
export type BenchPart = (typeof PARTS)[number];

/** The connections that the aims are about. */
export const AIMED_CONNECTIONS = 16;

const numbersOf = (text: string): number[] => {
  const numbers = text.split(",").map(Number);
  if (!numbers.every((number) => Number.isInteger(number) && number > 0))
    throw new Error(`${text} is no list of whole numbers.`);
  return numbers;
};

const partsOf = (only: string | undefined): readonly BenchPart[] => {
  const parts = PARTS.filter((part) => only === undefined || only === part);
  if (parts.length === 0) throw new Error(`${only} is no part of the bench: ${PARTS.join(", ")}.`);
  return parts;
};

/** Reads the command line. Throws one sentence where it cannot be understood. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      connections: { type: "string", default: "1,16,64" },
      bodies: { type: "string", default: "425,20000" },
    },
  });
  return {
    parts: partsOf(values.only),
    bodiesBytes: numbersOf(values.bodies),
    connections: numbersOf(values.connections),
    warmupMs: values.quick ? 500 : 1500,
    measuredMs: values.quick ? 1000 : 4000,
    profile: values.profile || values.write,
    write: values.write,
  };
}
