import { uuidTimeMs } from "../contracts/identifiers.ts";
import type { PolicyAnswer } from "../contracts/observations.ts";
import type { RecordMetadata } from "../contracts/records.ts";
import type { ActionVerdict } from "../guard/gates/gateAction.ts";
import { parseMoment } from "../guard/gates/gateTimestamp.ts";
import { contentHash } from "../guard/seal/contentHash.ts";
import { seal } from "../guard/seal/seal.ts";
import type { ActContext, ActPorts } from "./actContext.ts";
import type { NotRecordedReason } from "./schema.ts";

export type RecordingResult =
  | { readonly recorded: true; readonly reason: null }
  | { readonly recorded: false; readonly reason: NotRecordedReason };

const notRecorded = (reason: NotRecordedReason): RecordingResult => ({ recorded: false, reason });

/**
 * Seals the exchange as its consent tier allows and hands it to the outbox. Whether it was recorded is part
 * of the answer; a `none` tier seals nothing at all.
 */
export async function recordAct(
  context: ActContext,
  answer: PolicyAnswer,
  verdict: ActionVerdict,
  ports: ActPorts,
): Promise<RecordingResult> {
  const { call } = context;
  const { input } = call;
  const { consent, organizationId } = call.grant;
  if (call.options.dryRun) return notRecorded("dry_run");

  const entry = await seal(
    {
      id: context.id,
      createdAtMs: uuidTimeMs(context.id),
      organizationId,
      contentHash: await contentHash({ organizationId, subjectRef: consent.subjectRef, input }),
      metadata: metadataOf(context, answer, verdict, ports),
      actions: answer.actions,
      state: input.state,
      safetyScore: verdict.score,
      safetyChecks: verdict.checks,
      instruction: input.instruction,
      images: input.images,
    },
    consent,
    ports.configuration,
  );
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
