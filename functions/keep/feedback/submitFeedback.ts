import type { Configuration } from "../../contracts/configuration.ts";
import type { FeedbackRecord } from "../../contracts/feedback.ts";
import type { FeedbackRequest } from "../../contracts/feedbackRequest.ts";
import type { Finding } from "../../contracts/gates.ts";
import { newUuid, toPublicId, uuidTimeMs } from "../../contracts/identifiers.ts";
import type { Meter } from "../../contracts/metrics.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, Random, WaitingRecords } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Sealed } from "../../contracts/records.ts";
import { duplicateFeedback } from "../../guard/gates/duplicateFeedback.ts";
import { gateFeedback } from "../../guard/gates/gateFeedback.ts";
import { problemOfFindings } from "../../guard/gates/problemOfFindings.ts";
import { type GivenFeedback, sealFeedback } from "../../guard/seal/sealFeedback.ts";
import { contentOf } from "./contentOf.ts";
import { type FoundExchange, findExchange } from "./findExchange.ts";
import { givenFeedback } from "./givenFeedback.ts";
import type { SubmittedFeedback } from "./schema.ts";
import { type Stored, writeFeedback } from "./writeFeedback.ts";

export interface SubmitFeedbackPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly waitingRecords: WaitingRecords;
  readonly meter: Meter;
  readonly configuration: Configuration;
}

/** Who submits: the organization, and the key. */
export interface Submitter {
  readonly organizationId: string;
  readonly keyId: string;
}

/** A ledger that moves between two statements is asked again this often; then nothing is kept. */
const SEAL_ATTEMPTS = 3;

/**
 * Takes one piece of feedback: finds what it is about, gates it, seals it to what the tier that holds now
 * keeps, stores it in one transaction. Problems: not_found, gate_*, conflict, storage_unavailable.
 */
export async function submitFeedback(
  submitter: Submitter,
  request: FeedbackRequest,
  ports: SubmitFeedbackPorts,
): Promise<Outcome<SubmittedFeedback, Problem>> {
  const { clock, random, meter, configuration } = ports;
  const id = newUuid(clock, random);
  const contentHash = await contentOf(submitter.organizationId, request, configuration.SUBJECT_SECRET);
  const arrival = { id, createdAtMs: uuidTimeMs(id), keyId: submitter.keyId, contentHash };

  for (let attempt = 0; attempt < SEAL_ATTEMPTS; attempt += 1) {
    const found = await findExchange(submitter, request, ports);
    if (!found.ok) return found;
    const exchange = found.value;
    const findings = gate(request, exchange, ports);
    const rejections = findings.filter(({ severity }) => severity === "reject");
    if (rejections.length > 0) return failed(problemOfFindings(rejections));

    const sealed = sealFeedback(givenFeedback(request, exchange, arrival), exchange.standing);
    if (sealed === null) break;
    const written = await writeFeedback(submitter.organizationId, sealed, exchange.madeAtMs, ports);
    if (!written.ok) return written;
    const answer = answerOf(sealed, written.value, findings, ports);
    if (answer !== null) return answer;
  }
  meter.count("headgate_feedback_total", { type: request.type, outcome: "withheld" });
  return done(NOT_RECORDED(request.type));
}

function gate(request: FeedbackRequest, about: FoundExchange, ports: SubmitFeedbackPorts): Finding[] {
  const { clock, meter, configuration } = ports;
  const findings = gateFeedback({ request, about }, { nowMs: clock.now(), limits: configuration });
  for (const { gate, rule, severity } of findings) {
    if (severity === "reject") meter.count("headgate_gate_rejections_total", { gate, rule });
    else meter.count("headgate_gate_warnings_total", { rule });
  }
  return findings;
}

/** Null: the ledger refused what was sealed; it has moved since it was read. */
function answerOf(
  sealed: Sealed<FeedbackRecord>,
  stored: Stored,
  warnings: readonly Finding[],
  { meter }: SubmitFeedbackPorts,
): Outcome<SubmittedFeedback, Problem> | null {
  if (stored.kind === "refused") return null;
  meter.count("headgate_feedback_total", { type: sealed.type, outcome: stored.kind });
  if (stored.kind === "duplicate") {
    const of = toPublicId("feedback", stored.of);
    const finding = duplicateFeedback(of);
    meter.count("headgate_gate_rejections_total", { gate: finding.gate, rule: finding.rule });
    const problem = problemOfFindings([finding]);
    return failed({ ...problem, extensions: { ...problem.extensions, of } });
  }
  return done({
    id: toPublicId("feedback", sealed.id),
    type: sealed.type,
    recorded: true,
    consent_tier: sealed.tier,
    text: sealed.textState,
    triage: sealed.triage,
    warnings: warnings.map(({ rule, pointer, detail }) => ({ rule, pointer, detail })),
  });
}

const NOT_RECORDED = (type: GivenFeedback["type"]): SubmittedFeedback => ({
  id: null,
  type,
  recorded: false,
  reason: "consent",
  consent_tier: "none",
  text: "absent",
  triage: null,
  warnings: [],
});
