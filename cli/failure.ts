import { failed } from "../functions/contracts/outcome.ts";

/** A problem as the server answers it (RFC 9457). */
export interface ServerProblem {
  readonly status: number;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  readonly fix?: string | undefined;
  /** The body as it came, for `--json`. */
  readonly body: unknown;
}

/** Why a command did not do its work. */
export type CommandFailure =
  | { readonly kind: "refused"; readonly problem: ServerProblem }
  /** What was to be verified does not hold; `body` says it for machines. */
  | { readonly kind: "broken"; readonly sentence: string; readonly body: unknown }
  | { readonly kind: "usage"; readonly sentence: string }
  /** Files or flags that no verdict can be reached with, and what to do about it. */
  | { readonly kind: "data"; readonly sentence: string; readonly fix: string }
  | { readonly kind: "unreachable"; readonly sentence: string };

/** The exit code of each failure; what is done exits with 0. */
export const EXIT_CODES = {
  refused: 1,
  broken: 1,
  usage: 2,
  data: 3,
  unreachable: 3,
} as const satisfies Record<CommandFailure["kind"], number>;

export const wrongUsage = (sentence: string) => failed({ kind: "usage", sentence } as const);
export const wrongData = (sentence: string, fix: string) => failed({ kind: "data", sentence, fix } as const);
