import { wrongType } from "./replies.ts";

/** A value under a key, by the type that TYPE names. */
export type Value =
  | { readonly kind: "string"; text: string }
  | { readonly kind: "hash"; readonly fields: Map<string, string> }
  | { readonly kind: "set"; readonly members: Set<string> }
  | { readonly kind: "zset"; readonly scores: Map<string, number> }
  | { readonly kind: "list"; readonly items: string[] };

type Kind = Value["kind"];
type ValueOf<K extends Kind> = Extract<Value, { kind: K }>;

interface Entry {
  value: Value;
  expiresAtMs: number | null;
}

const SIZES: { readonly [K in Kind]: (value: ValueOf<K>) => number } = {
  string: () => 1,
  hash: (value) => value.fields.size,
  set: (value) => value.members.size,
  zset: (value) => value.scores.size,
  list: (value) => value.items.length,
};

/**
 * All keys with their values and expiry. Time stands still while a command or script runs (`nowMs` is set
 * by the store before each), so a command is a pure function of the keys, its arguments and that instant:
 * the append log replays to the same state.
 */
export class Keyspace {
  nowMs = 0;
  readonly #entries = new Map<string, Entry>();

  /** The live value of any type, or null; an expired key is dropped on the way. */
  find(key: string): Value | null {
    return this.#live(key)?.value ?? null;
  }

  /** The live value of that type, or null; another type is WRONGTYPE. */
  findKind<K extends Kind>(key: string, kind: K): ValueOf<K> | null {
    const value = this.find(key);
    if (value === null) return null;
    if (!isKind(value, kind)) throw wrongType();
    return value;
  }

  /** The live value of that type, or the given empty one put in its place. */
  findOrCreate<K extends Kind>(key: string, empty: ValueOf<K>): ValueOf<K> {
    const found = this.findKind<K>(key, empty.kind);
    if (found !== null) return found;
    this.put(key, empty);
    return empty;
  }

  /** Sets a key, whatever it held; without an expiry it lives forever. */
  put(key: string, value: Value, expiresAtMs: number | null = null): void {
    this.#entries.set(key, { value, expiresAtMs });
  }

  remove(key: string): boolean {
    return this.#live(key) !== null && this.#entries.delete(key);
  }

  /** Collections that became empty cease to exist. */
  removeIfEmpty<K extends Kind>(key: string, value: ValueOf<K>): void {
    const size: (value: ValueOf<K>) => number = SIZES[value.kind as K];
    if (size(value) === 0) this.#entries.delete(key);
  }

  expiryOf(key: string): number | null {
    return this.#live(key)?.expiresAtMs ?? null;
  }

  /** Sets or clears when a key expires; a time that has passed removes it. False when there is no such key. */
  expire(key: string, expiresAtMs: number | null): boolean {
    const entry = this.#live(key);
    if (entry === null) return false;
    if (expiresAtMs !== null && expiresAtMs <= this.nowMs) this.#entries.delete(key);
    else entry.expiresAtMs = expiresAtMs;
    return true;
  }

  keys(): string[] {
    return [...this.#entries.keys()].filter((key) => this.#live(key) !== null);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Frees what has expired and nobody asked for since. */
  sweep(nowMs: number): void {
    for (const [key, entry] of this.#entries) {
      if (entry.expiresAtMs !== null && entry.expiresAtMs <= nowMs) this.#entries.delete(key);
    }
  }

  #live(key: string): Entry | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (entry.expiresAtMs === null || entry.expiresAtMs > this.nowMs) return entry;
    this.#entries.delete(key);
    return null;
  }
}

const isKind = <K extends Kind>(value: Value, kind: K): value is ValueOf<K> => value.kind === kind;
