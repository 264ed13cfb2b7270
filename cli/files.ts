import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { done, type Outcome } from "../functions/contracts/outcome.ts";
import type { Tools } from "./command.ts";
import { type CommandFailure, wrongUsage } from "./failure.ts";

/** The text of a file, or of standard input where the name is `-`. */
export async function readText(
  name: string,
  { cwd, input }: Tools,
): Promise<Outcome<string, CommandFailure>> {
  if (name === "-") {
    let text = "";
    for await (const chunk of input)
      text += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
    return done(text);
  }
  try {
    return done(readFileSync(resolve(cwd, name), "utf8"));
  } catch {
    return wrongUsage(`${name} cannot be read.`);
  }
}

/** Writes a file that only its owner may read, whole or not at all, in the place of an earlier one. */
export function replacePrivately(path: string, text: string): void {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, text, { mode: 0o600, flag: "wx" });
  renameSync(draft, path);
}
