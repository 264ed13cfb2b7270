/** A part of the guard switched off, and the test that must notice. */
export interface Mutation {
  /** What is switched off, in words; unique. */
  readonly id: string;
  readonly kind: "gate" | "scope" | "limit" | "consent" | "failure";
  /** Closed-table entry or documented row that it stands for: rule id, scope, or first cell of docs/failures.md. */
  readonly of: string;
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly test: NamedTest;
}

export interface NamedTest {
  readonly file: string;
  /** The name as vitest says it, without the names of what it is nested in. */
  readonly name: string;
  /** The name as it is written, where `test.each` fills it in. */
  readonly written?: string;
}

/** Mutations of one kind. */
export const ofKind =
  (kind: Mutation["kind"]) =>
  (mutations: readonly Omit<Mutation, "kind">[]): Mutation[] =>
    mutations.map((mutation) => ({ kind, ...mutation }));
