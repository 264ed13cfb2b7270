import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Keyspace } from "./keyspace.ts";
import { snapshotCommands } from "./snapshot.ts";

/** One atomic change: the instant at which it ran, and the write commands in order. */
export interface LogEntry {
  readonly atMs: number;
  readonly commands: readonly (readonly string[])[];
}

/** Where the store keeps what it answered. */
export interface ChangeLog {
  append(entry: LogEntry): void;
}

const lineSchema = z.tuple([z.number(), z.array(z.array(z.string()))]);

const toLine = ({ atMs, commands }: LogEntry): string => `${JSON.stringify([atMs, commands])}\n`;

/** Size from which the log is rewritten while the process runs, when it has also doubled since the last time. */
const REWRITE_FROM_BYTES = 64 * 1024 * 1024;

/**
 * The append log: one JSON line per atomic change, handed to the operating system before the answer leaves,
 * so a killed process loses nothing that was answered (fsync is left out: a machine that loses power may
 * lose the last seconds). A torn last line was never answered and is cut off.
 */
export class AppendLog implements ChangeLog {
  readonly #path: string;
  #descriptor: number;
  #sizeBytes = 0;
  #rewriteAtBytes = REWRITE_FROM_BYTES;

  constructor(folder: string) {
    this.#path = join(folder, "redis.log");
    this.#descriptor = openSync(this.#path, "a+", 0o600);
  }

  /** The entries of earlier runs, oldest first. Throws when a line other than the last is damaged. */
  *read(): Generator<LogEntry> {
    const text = readFileSync(this.#path, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    this.#sizeBytes = Buffer.byteLength(whole);
    ftruncateSync(this.#descriptor, this.#sizeBytes);
    for (const [index, line] of whole.split("\n").entries()) {
      if (line === "") continue;
      const parsed = lineSchema.safeParse(parseJson(line));
      if (!parsed.success) throw new Error(`${this.#path} is damaged in line ${index + 1}.`);
      const [atMs, commands] = parsed.data;
      yield { atMs, commands };
    }
  }

  append(entry: LogEntry): void {
    const line = Buffer.from(toLine(entry));
    for (let written = 0; written < line.length; ) written += writeSync(this.#descriptor, line, written);
    this.#sizeBytes += line.length;
  }

  /** Whether the log has grown so much that rewriting it pays. */
  get isLong(): boolean {
    return this.#sizeBytes >= this.#rewriteAtBytes;
  }

  /** Replaces the log by the commands that make what the keyspace holds now. */
  rewrite(keyspace: Keyspace, nowMs: number): void {
    const draft = `${this.#path}.new`;
    const descriptor = openSync(draft, "w", 0o600);
    this.#sizeBytes = 0;
    for (const command of snapshotCommands(keyspace)) {
      const line = Buffer.from(toLine({ atMs: nowMs, commands: [command] }));
      for (let written = 0; written < line.length; ) written += writeSync(descriptor, line, written);
      this.#sizeBytes += line.length;
    }
    fsyncSync(descriptor);
    renameSync(draft, this.#path);
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#rewriteAtBytes = Math.max(REWRITE_FROM_BYTES, 2 * this.#sizeBytes);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
