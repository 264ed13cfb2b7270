import type { Keyspace } from "./keyspace.ts";
import { notAFloat, notAnInteger, type Reply } from "./replies.ts";

/** One command: how many words it takes (as COMMAND says: negative is "at least"), and what it does. */
export interface CommandSpec {
  readonly arity: number;
  readonly writes: boolean;
  run(keyspace: Keyspace, args: readonly string[]): Reply;
}

export type CommandTable = Readonly<Record<string, CommandSpec>>;

type Run = CommandSpec["run"];

/** A command that only reads. */
export const reads = (arity: number, run: Run): CommandSpec => ({ arity, writes: false, run });

/** A command that may change keys: its call is what the append log keeps. */
export const writes = (arity: number, run: Run): CommandSpec => ({ arity, writes: true, run });

/** Whether a command of that arity may have this many words, its name included. */
export const arityFits = (arity: number, words: number): boolean =>
  arity >= 0 ? words === arity : words >= -arity;

/** A decimal integer as Redis reads it; beyond 2^53 it is refused, since JSON could not carry it. */
export function integer(text: string | undefined): number {
  const value = text !== undefined && /^(0|-?[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw notAnInteger();
  return value;
}

/** A floating-point argument; `inf` and `-inf` are numbers, NaN is not. */
export function float(text: string | undefined): number {
  const word = (text ?? "").toLowerCase();
  const infinite = /^([+-]?)inf(inity)?$/.exec(word);
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  const value = word !== "" && !/[\sx_]/.test(word) ? Number(word) : Number.NaN;
  if (Number.isNaN(value)) throw notAFloat();
  return value;
}

/** A float as Redis prints it: no exponent, no trailing zeros, no binary noise in the last digit. */
export function printFloat(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const rounded = Number(value.toPrecision(16));
  const text = String(rounded);
  return text.includes("e") ? rounded.toFixed(17).replace(/\.?0+$/, "") : text;
}

/** Splits a flat argument list into pairs; the caller has checked that it is even. */
export function pairs(args: readonly string[]): [string, string][] {
  const out: [string, string][] = [];
  for (let i = 0; i + 1 < args.length; i += 2) out.push([args[i] ?? "", args[i + 1] ?? ""]);
  return out;
}

/** A range of Redis (both ends included, negative from the end) as start and end of `slice`. */
export function sliceRange(start: number, stop: number, length: number): [number, number] {
  const from = Math.max(0, start < 0 ? length + start : start);
  const to = Math.min(length - 1, stop < 0 ? length + stop : stop);
  return from > to ? [0, 0] : [from, to + 1];
}

const REGEXP_SPECIAL = /[.+^${}()|\\/]/;

/** A glob of KEYS and SCAN (`*`, `?`, `[a-z]`, `[^a]`, `\`) as an anchored regular expression. */
export function globToRegExp(glob: string): RegExp {
  let source = "";
  for (let i = 0; i < glob.length; i += 1) {
    const char = glob.charAt(i);
    if (char === "*") source += ".*";
    else if (char === "?") source += ".";
    else if (char === "\\" && i + 1 < glob.length) {
      i += 1;
      source += glob.charAt(i).replace(/[^A-Za-z0-9]/g, "\\$&");
    } else if (char === "[") {
      const close = glob.indexOf("]", i + 1);
      if (close < 0) source += "\\[";
      else {
        source += `[${glob.slice(i + 1, close).replace(/[\\[]/g, "\\$&")}]`;
        i = close;
      }
    } else source += REGEXP_SPECIAL.test(char) ? `\\${char}` : char;
  }
  return new RegExp(`^${source}$`, "su");
}
