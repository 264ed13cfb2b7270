/** The six hard rejections. Each has its own problem code, metric label and line in docs/gates.md. */
export const GATES = [
  "robot_type",
  "action_vector",
  "safety_score",
  "instruction",
  "timestamp",
  "duplicate",
] as const;
export type Gate = (typeof GATES)[number];

/** What a validator found: where, what, and whether it rejects or only warns. */
export interface Finding {
  /** Id of the rule in the registry of validators, such as `instruction.too_long`. */
  readonly rule: string;
  readonly gate: Gate | "image";
  readonly severity: "reject" | "warn";
  readonly pointer: string;
  readonly detail: string;
}
