import { uuidTimeMs } from "../contracts/identifiers.ts";
import type { PolicyAnswer } from "../contracts/observations.ts";
import type { OutboxEntry, Pending, RecordMetadata } from "../contracts/records.ts";
import type { ActionVerdict } from "../guard/gates/gateAction.ts";
import { parseMoment } from "../guard/gates/gateTimestamp.ts";
import { contentHash } from "../guard/seal/contentHash.ts";
import { mayKeepAnything, seal, sealPictures } from "../guard/seal/seal.ts";
import type { ActContext, ActPorts } from "./actContext.ts";
import type { NotRecordedReason } from "./schema.ts";

export type RecordingResult =
  | { readonly recorded: true; readonly reason: null }
  | { readonly recorded: false; readonly reason: NotRecordedReason };

const notRecorded = (reason: NotRecordedReason): RecordingResult => ({ recorded: false, reason });

/** What of a record needs no answer: the hash of what was asked, and the pictures as ciphertext. */
export interface BegunRecord {
  readonly contentHash: string;
  readonly pictures: Pending | null;
}

/**
 * Begins a record while the model works; null where nothing may be kept, and then nothing is computed. Await it
 * through `recordAct`; where there is no answer, nobody needs to.
 */
export function beginRecord(context: ActContext, ports: ActPorts): Promise<BegunRecord | null> {
  const begun = begin(context, ports);
  // A bug in here is told to the one who awaits it; an exchange that fails before is not ended by it.
  begun.catch(() => undefined);
  return begun;
}

async function begin({ id, call }: ActContext, ports: ActPorts): Promise<BegunRecord | null> {
  const { input, options, grant } = call;
  const { consent, organizationId } = grant;
  if (options.dryRun || !mayKeepAnything(consent)) return null;
  await questionSent();
  const { images } = input;
  return {
    contentHash: await contentHash({ organizationId, subjectRef: consent.subjectRef, input }),
    pictures: await sealPictures({ id, organizationId, images }, consent, ports.configuration),
  };
}

/** What was handed to the network leaves once this turn is over: until then computing would hold it back. */
const questionSent = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Seals the exchange as its consent tier allows and hands it to the outbox. Whether it was recorded is part
 * of the answer; a `none` tier seals nothing at all.
 */
export async function recordAct(
  context: ActContext,
  answer: PolicyAnswer,
  verdict: ActionVerdict,
  beginning: Promise<BegunRecord | null>,
  ports: ActPorts,
): Promise<RecordingResult> {
  if (context.call.options.dryRun) return notRecorded("dry_run");

  const begun = await beginning;
  const entry = begun === null ? null : await sealAct(context, answer, verdict, begun, ports);
  if (entry === null) {
    ports.meter.count("headgate_records_withheld_total", { part: "all", reason: "consent" });
    return notRecorded("consent");
  }

  const appended = await ports.outbox.append(entry);
  ports.meter.count("headgate_records_total", { outcome: appended.kind });
  switch (appended.kind) {
    case "recorded":
      return { recorded: true, reason: null };
    case "duplicate":
      ports.meter.count("headgate_gate_warnings_total", { rule: appended.rule });
      return notRecorded("duplicate");
    case "unavailable":
      return notRecorded("unavailable");
  }
}

function sealAct(
  context: ActContext,
  answer: PolicyAnswer,
  verdict: ActionVerdict,
  { contentHash, pictures }: BegunRecord,
  ports: ActPorts,
): Promise<OutboxEntry | null> {
  const { id, call } = context;
  const { input, grant } = call;
  return seal(
    {
      id,
      createdAtMs: uuidTimeMs(id),
      organizationId: grant.organizationId,
      contentHash,
      metadata: metadataOf(context, answer, verdict, ports),
      actions: answer.actions,
      state: input.state,
      safetyScore: verdict.score,
      safetyChecks: verdict.checks,
      instruction: input.instruction,
      images: input.images,
    },
    grant.consent,
    ports.configuration,
    pictures,
  );
}

function metadataOf(
  context: ActContext,
  answer: PolicyAnswer,
  verdict: ActionVerdict,
  ports: ActPorts,
): RecordMetadata {
  const { call, policy, robot, timings } = context;
  const { input } = call;
  return {
    keyId: call.grant.keyId,
    source: call.source,
    status: verdict.safe ? "served" : "unsafe_action",
    model: policy.name,
    modelVersion: answer.modelVersion,
    origin: answer.origin,
    robotType: robot.name,
    actionSpace: policy.action.actionSpace,
    frame: policy.action.frame,
    units: policy.action.units,
    gripperConvention: policy.action.gripperConvention,
    normKey: policy.action.normKey,
    controlHz: robot.controlHz,
    chunkSize: answer.actions.length,
    episodeId: input.episodeId,
    step: input.step,
    environment: input.environment,
    capturedAtMs: millisecondsOf(input.capturedAt),
    warnings: context.warnings.map((finding) => finding.rule),
    admitMs: call.admittedAtMs - call.receivedAtMs,
    runnerQueueMs: timings.runnerQueueMs,
    runnerComputeMs: timings.runnerComputeMs,
    inferMs: timings.inferMs ?? 0,
    traceId: call.traceparent.slice(3, 35),
    configurationHash: ports.configurationHash,
  };
}

function millisecondsOf(capturedAt: string | null): number | null {
  if (capturedAt === null) return null;
  const moment = parseMoment(capturedAt);
  return moment.kind === "moment" ? moment.ms : null;
}
