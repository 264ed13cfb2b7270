import type { CheckFailure } from "../contracts/failure.ts";

/** Thrown while a file is converted: what is wrong with it, and what to do about it. */
export class Unreadable extends Error {
  readonly fix: string;
  constructor(reason: string, fix = AGAIN) {
    super(reason);
    this.name = "Unreadable";
    this.fix = fix;
  }
}

export const AGAIN =
  "Write the file again with the tool that made it, and compare its size with the original's.";

/** A file that cannot be read, as a failure for people. */
export const unreadableFile = (name: string, reason: string, fix: string = AGAIN): CheckFailure => ({
  code: "file_unreadable",
  detail: `${name} cannot be read: ${reason}.`,
  fix,
  file: name,
  column: null,
});
