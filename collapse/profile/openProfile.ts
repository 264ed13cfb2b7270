import { open } from "node:fs/promises";
import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { findFiles } from "../read/findFiles.ts";
import { explainReadError } from "../read/readError.ts";
import { decodeProfile } from "./decodeProfile.ts";
import type { Learned } from "./learned.ts";
import { FORMAT_VERSION, isSealed, MOST_FILE_BYTES, type Refusal } from "./sealed.ts";

const MARK_BYTES = 8;

/**
 * The profile that `files` name, told by its first bytes and not by its name; null where they are rows. Failures:
 * `file_unreadable`, `profile_damaged`, `profile_too_new`, `bad_option` (a profile beside other
 * files).
 */
export async function openProfile(files: readonly string[]): Promise<Outcome<Learned | null, CheckFailure>> {
  if (files.length === 0) return done(null);
  const found = await findFiles(files);
  // What is not there, or lies elsewhere, is said by whoever opens tables.
  if (!found.ok) return done(null);
  for (const { name, path, sizeBytes } of found.value) {
    try {
      if (!isSealed(await readBytes(path, MARK_BYTES))) continue;
      if (found.value.length > 1) return failed(notAlone(name));
      if (sizeBytes > MOST_FILE_BYTES) return failed(damaged(name, "it is larger than any profile"));
      const profile = decodeProfile(await readBytes(path, sizeBytes));
      return profile.ok ? profile : failed(failureOf(profile.failure, name));
    } catch (error) {
      return failed(explainReadError(error, [name]));
    }
  }
  return done(null);
}

/** Up to `size` of the first bytes. */
async function readBytes(path: string, size: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const bytes = new Uint8Array(size);
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  } finally {
    await file.close();
  }
}

function failureOf(refusal: Refusal, name: string): CheckFailure {
  if (refusal.kind === "damaged") return damaged(name, refusal.reason);
  return {
    code: "profile_too_new",
    detail: `${name} was written by a later version: its format is ${refusal.version}, and formats up to ${FORMAT_VERSION} are read.`,
    fix: "Update Headgate, or make the profile again with this version.",
    file: name,
    column: null,
  };
}

const damaged = (name: string, reason: string): CheckFailure => ({
  code: "profile_damaged",
  detail: `${name} is a profile that cannot be used: ${reason}.`,
  fix: "Copy it again, make it again with `headgate profile`, or name the real rows themselves.",
  file: name,
  column: null,
});

const notAlone = (name: string): CheckFailure => ({
  code: "bad_option",
  detail: `${name} is a profile, and other files are named beside it.`,
  fix: "Name the profile alone, or make one profile of all files.",
  file: name,
  column: null,
});
