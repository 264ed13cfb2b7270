import { sql } from "drizzle-orm";
import type { Meter } from "../functions/contracts/metrics.ts";
import type { Outcome } from "../functions/contracts/outcome.ts";

/** A meter for tests that remembers counts as `name{label values}`. */
export function recordingMeter(): Meter & { readonly counts: Map<string, number> } {
  const counts = new Map<string, number>();
  return {
    counts,
    count: (name, labels, by = 1) => {
      const id = `${name}{${Object.values(labels ?? {}).join(",")}}`;
      counts.set(id, (counts.get(id) ?? 0) + by);
    },
    observe: () => undefined,
    set: () => undefined,
  };
}

/** The value of an outcome that must be one. */
export function unwrap<Value, Failure>(outcome: Outcome<Value, Failure>): Value {
  if (!outcome.ok) throw new Error(`Expected a value, got ${JSON.stringify(outcome.failure)}.`);
  return outcome.value;
}

/** An `insert` of a minimal but whole row of `inferences`. */
export const insertInference = (row: {
  id: string;
  organizationId: string;
  createdAt: Date;
  subjectRef?: string | null;
  tier?: "basic" | "analytics" | "research";
  consentEventId: string;
  safetyScore?: number | null;
  episodeId?: string;
}) => sql`
  insert into inferences (id, created_at, organization_id, subject_ref, tier, consent_event_id, content_hash, key_id,
    source, status, model, model_version, robot_type, action_space, frame, units, gripper_convention, norm_key,
    control_hz, chunk_size, episode_id, admit_ms, infer_ms, trace_id, configuration_hash, safety_score, text_state,
    image_state)
  values (${row.id}, ${row.createdAt.toISOString()}, ${row.organizationId}, ${row.subjectRef ?? null},
    ${row.tier ?? "research"}, ${row.consentEventId}, ${row.id}, 'aaaaaaaa', 'act', 'served', 'visual-servo', '1',
    'franka', 'ee_delta', 'camera', 'metric', 'zero_closed_one_open', 'metric', 10, 8, ${row.episodeId ?? null},
    0.5, 12.25, 'trace', 'configuration', ${row.safetyScore ?? null}, 'absent', 'absent')`;
