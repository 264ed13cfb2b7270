import { z } from "zod";
import {
  actionSpaceSchema,
  actionUnitsSchema,
  gripperConventionSchema,
} from "../../contracts/actionSpaces.ts";
import { fromPublicId, uuidTimeMs } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, WaitingQuestion, WaitingRecords } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Sealed, StorableRecord } from "../../contracts/records.ts";
import { consentTierSchema, weakerTier } from "../../contracts/tiers.ts";
import type { FeedbackAbout } from "../../guard/gates/feedbackInput.ts";
import type { Standing } from "../../guard/seal/sealFeedback.ts";
import { readPayload } from "../records/payload.ts";
import { selectExchange } from "./store.ts";

/** The exchange that feedback is about, or the newest one of the episode; and its subject's standing. */
export interface FoundExchange extends FeedbackAbout {
  readonly id: string;
  readonly subjectRef: string | null;
  readonly episodeId: string | null;
  readonly model: string;
  readonly modelVersion: string;
  readonly arm: string | null;
  readonly standing: Standing;
}

/** What feedback names: an exchange, a whole episode, or an exchange of an episode. */
interface FeedbackLink {
  readonly inference_id?: string | undefined;
  readonly episode_id?: string | undefined;
}

export interface FindExchangePorts {
  readonly clock: Clock;
  readonly database: Database;
  readonly waitingRecords: WaitingRecords;
  readonly configuration: { readonly OUTBOX_DEAD_AFTER_MS: number };
}

const rowSchema = z.object({
  id: z.string(),
  made_at_ms: z.number(),
  subject_ref: z.string().nullable(),
  model: z.string(),
  model_version: z.string(),
  arm: z.string().nullable(),
  robot_type: z.string(),
  action_space: actionSpaceSchema,
  units: actionUnitsSchema,
  gripper_convention: gripperConventionSchema,
  chunk_size: z.number(),
  episode_id: z.string().nullable(),
  last_step: z.number().nullable(),
  several_subjects: z.boolean(),
  payload: z.unknown(),
  payload_gzip: z.string().nullable(),
  tier: consentTierSchema,
  key_tier: consentTierSchema,
  consent_event_id: z.string().nullable(),
});
type ExchangeRow = z.infer<typeof rowSchema>;

/**
 * Finds what feedback is about, among the organization's records and those that still wait in its outbox. An
 * entry leaves the outbox only once its row is stored: asked in this order, nothing slips through between.
 */
export async function findExchange(
  grant: { readonly organizationId: string; readonly keyId: string },
  link: FeedbackLink,
  ports: FindExchangePorts,
): Promise<Outcome<FoundExchange, Problem>> {
  const { organizationId, keyId } = grant;
  const question = questionOf(link);
  if (question === null) return failed(notFound("/inference_id"));
  const asked = await askOutbox(organizationId, question, ports);
  const waiting = asked.ok ? asked.value : [];
  const answer = await ports.database.forOrg(organizationId, [
    selectExchange({ organizationId, keyId, question, waiting }),
  ]);
  if (!answer.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 2 });
  const found = answer.value[0]?.[0];
  if (found === undefined) {
    if (!asked.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 1 });
    return failed(notFound("inferenceId" in question ? "/inference_id" : "/episode_id"));
  }
  const row = rowSchema.parse(found);
  if (row.several_subjects) return failed(SEVERAL_SUBJECTS);
  if (link.episode_id !== undefined && row.episode_id !== link.episode_id)
    return failed(notFound("/episode_id"));
  return done(await exchangeOf(row, waiting));
}

function questionOf({ inference_id, episode_id }: FeedbackLink): WaitingQuestion | null {
  if (inference_id === undefined) return episode_id === undefined ? null : { episodeId: episode_id };
  const id = fromPublicId("inference", inference_id);
  return id === null ? null : { inferenceId: id };
}

/** What is older than an outbox keeps its entries is not asked for. */
function askOutbox(
  organizationId: string,
  question: WaitingQuestion,
  { clock, waitingRecords, configuration }: FindExchangePorts,
): ReturnType<WaitingRecords["find"]> {
  const ageMs = "inferenceId" in question ? clock.now() - uuidTimeMs(question.inferenceId) : 0;
  if (ageMs > configuration.OUTBOX_DEAD_AFTER_MS) return Promise.resolve(done([]));
  return waitingRecords.find(organizationId, question);
}

const notFound = (pointer: string): Problem => ({
  code: "not_found",
  errors: [{ pointer, detail: "Nothing of that name is kept for this organization." }],
});

const SEVERAL_SUBJECTS: Problem = {
  code: "conflict",
  errors: [
    {
      pointer: "/episode_id",
      detail: "This episode has exchanges of several subjects; name one with `inference_id`.",
    },
  ],
};

async function exchangeOf(
  row: ExchangeRow,
  waiting: readonly Sealed<StorableRecord>[],
): Promise<FoundExchange> {
  const inOutbox = waiting.find(({ id }) => id === row.id)?.action ?? null;
  const stored = await readPayload(row.payload ?? null, row.payload_gzip);
  return {
    id: row.id,
    subjectRef: row.subject_ref,
    episodeId: row.episode_id,
    model: row.model,
    modelVersion: row.model_version,
    arm: row.arm,
    madeAtMs: row.made_at_ms,
    robotType: row.robot_type,
    actionSpace: row.action_space,
    units: row.units,
    gripperConvention: row.gripper_convention,
    chunkSize: row.chunk_size,
    lastStep: row.last_step,
    served: stored?.actions ?? inOutbox?.actions ?? null,
    state: stored?.state ?? inOutbox?.state ?? null,
    standing: { tier: weakerTier(row.tier, row.key_tier), eventId: row.consent_event_id },
  };
}
