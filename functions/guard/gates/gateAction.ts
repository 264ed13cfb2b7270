import type { ActionSpace, ActionUnits, GripperConvention } from "../../contracts/actionSpaces.ts";
import { type Envelope, envelopeFor, GRIPPER_TOLERANCE } from "../../contracts/envelopes.ts";
import { type Finding, finding, type RuleId } from "../../contracts/gates.ts";
import type { SafetyCheck } from "../../contracts/records.ts";
import type { Robot } from "../../contracts/robots.ts";
import { type ChunkMeasures, measureChunk } from "./measureChunk.ts";
import { measureSeam, type Seam } from "./measureSeam.ts";

/** A chunk of a model, and what it claims to be. */
export interface ActionToGate {
  /** Steps by numbers; what a model answered, so anything. */
  readonly actions: readonly (readonly number[])[];
  readonly robot: Robot;
  readonly actionSpace: ActionSpace;
  readonly units: ActionUnits;
  readonly gripperConvention: GripperConvention;
  /** The robot's own numbers in the layout of an action; needed where metric actions are absolute. */
  readonly state?: readonly number[] | null;
  /** Where the chunk takes over from one that the robot is still executing; absent where it does not. */
  readonly seam?: Seam | null;
  /** Score under which a chunk is refused although it keeps every bound. */
  readonly minimumScore?: number;
}

export interface ActionVerdict {
  readonly safe: boolean;
  /** Least margin of the checks, clamped to 0–1. */
  readonly score: number;
  readonly checks: readonly SafetyCheck[];
  /** What is odd about a chunk that keeps every bound. */
  readonly warnings: readonly Finding[];
}

/** Float32 rounds a number that stands on a bound by this share at most. */
const ROUNDING_SHARE = 1e-6;

/**
 * Judges a model's chunk against the envelope of its robot: shape, finite numbers, bounds on each number,
 * jumps between steps and from the chunk before, travel over the chunk. No number that is not finite or not inside passes. Normalized
 * chunks are held to −1…1 and their gripper's range; the envelope is metric and says nothing about them.
 */
export function gateAction(action: ActionToGate): ActionVerdict {
  const envelope = envelopeFor(action.robot, action.actionSpace);
  if (envelope === null) return verdictOf([flag("action.space_unsupported", false)]);
  const wellFormed = checkForm(action.actions, envelope.axes.length);
  if (wellFormed.some((check) => !check.passed)) return verdictOf(wellFormed);
  const measured = measureChunk(action, envelope);
  const verdict = verdictOf(
    [...wellFormed, ...checkBounds(action, envelope, measured)],
    oddities(action, envelope, measured),
  );
  const minimum = action.minimumScore ?? 0;
  if (!verdict.safe || verdict.score >= minimum) return verdict;
  const refusal = {
    rule: "safety_score.too_low",
    limit: minimum,
    value: verdict.score,
    margin: -1,
    passed: false,
  };
  return { ...verdict, safe: false, checks: [...verdict.checks, refusal] };
}

function verdictOf(checks: readonly SafetyCheck[], warnings: readonly Finding[] = []): ActionVerdict {
  const least = checks.reduce((margin, check) => Math.min(margin, check.margin), 1);
  return { safe: checks.every((check) => check.passed), score: Math.max(0, least), checks, warnings };
}

/** From how many turns of a gripper within a chunk on it chatters: once there, and back, is a task. */
const CHATTER_TURNS = 3;

function oddities(action: ActionToGate, { meaning }: Envelope, measured: ChunkMeasures): Finding[] {
  const findings: Finding[] = [];
  // Zero is no motion only in metric numbers; normalized, it is the middle of the statistics.
  const still = measured.motions.every(({ value, jump, travel }) =>
    meaning === "absolute" ? jump === 0 && travel === 0 : value === 0,
  );
  if (action.units === "metric" && still) findings.push(finding("action.idle", "/actions"));
  if (measured.gripperTurns >= CHATTER_TURNS) findings.push(finding("action.gripper_chatter", "/actions"));
  return findings;
}

/** A check that knows only yes and no. */
const flag = (rule: RuleId, passed: boolean, limit = 0, value = 0): SafetyCheck => ({
  rule,
  limit,
  value,
  margin: passed ? 1 : -1,
  passed,
});

function checkForm(actions: ActionToGate["actions"], dimension: number): SafetyCheck[] {
  const wrong = actions.find((step) => step.length !== dimension);
  const found = actions.length === 0 ? 0 : (wrong?.length ?? dimension);
  const unusable = actions.flat().filter((number) => !Number.isFinite(number)).length;
  return [
    flag("action.shape", found === dimension && actions.length > 0, dimension, found),
    flag("action.finite", unusable === 0, 0, unusable),
  ];
}

function checkBounds(action: ActionToGate, envelope: Envelope, measured: ChunkMeasures): SafetyCheck[] {
  const checks: SafetyCheck[] = [];
  if (envelope.axes.includes("gripper")) {
    const excess = measured.gripperExcess;
    checks.push(flag("action.gripper", excess <= GRIPPER_TOLERANCE, GRIPPER_TOLERANCE, atMost(excess)));
  }
  if (action.units === "normalized") {
    return [...checks, within("action.normalized", measured.normalized, NORMALIZED_LIMIT)];
  }
  if (!measured.startKnown) checks.push(flag("action.start_unknown", false));
  for (const { kind, limits, value, jump, travel } of measured.motions) {
    checks.push(within(`action.${kind}`, value, limits.max));
    checks.push(within(`action.${kind}_jump`, jump, limits.maxJump));
    checks.push(within(`action.${kind}_travel`, travel, limits.maxTravel));
  }
  return [...checks, ...checkSeam(action, envelope)];
}

/** One check for all axes: that of the least margin. */
function checkSeam({ seam, actions }: ActionToGate, envelope: Envelope): SafetyCheck[] {
  if (!seam) return [];
  const jumps = measureSeam(seam, actions, envelope);
  const checks = jumps.map(({ jump, limits }) => within("action.seam_jump", jump, limits.maxJump));
  return checks.toSorted((a, b) => a.margin - b.margin).slice(0, 1);
}

const NORMALIZED_LIMIT = 1 + 1e-3;

/** Sums and differences of finite numbers may overflow; JSON knows no infinity. */
const atMost = (value: number): number => Math.min(value, Number.MAX_VALUE);

/** A check of a magnitude against its bound. Written so that a value that is not a number fails. */
function within(rule: RuleId, value: number, limit: number): SafetyCheck {
  const passed = value <= limit * (1 + ROUNDING_SHARE);
  const share = (limit - value) / limit;
  const margin = passed ? Math.max(0, share) : Math.max(-1, Math.min(share, -Number.EPSILON));
  return { rule, limit, value: Number.isNaN(value) ? Number.MAX_VALUE : atMost(value), margin, passed };
}
