import type { FeedbackRequest } from "../../contracts/feedbackRequest.ts";
import { type Finding, finding } from "../../contracts/gates.ts";
import type { FeedbackContext, FeedbackToGate } from "./feedbackInput.ts";
import { parseMoment } from "./gateTimestamp.ts";

/** Judges when it happened, and at which step: neither before what it is about, nor outside of it. */
export const gateFeedbackTime = (feedback: FeedbackToGate, context: FeedbackContext): Finding[] => [
  ...gateOccurredAt(feedback, context),
  ...gateStep(feedback),
];

function gateOccurredAt({ request, about }: FeedbackToGate, { nowMs, limits }: FeedbackContext): Finding[] {
  if (request.occurred_at === undefined) return [];
  const pointer = "/occurred_at";
  const moment = parseMoment(request.occurred_at);
  if (moment.kind !== "moment")
    return [finding(`timestamp.${moment.kind}`, pointer, UNREADABLE[moment.kind])];
  const findings: Finding[] = [];
  if (moment.ms < about.madeAtMs) {
    const detail = `It is said to have happened ${about.madeAtMs - moment.ms} ms before what it is about.`;
    findings.push(finding("timestamp.before_record", pointer, detail));
  }
  const aheadMs = moment.ms - nowMs;
  if (aheadMs > limits.CAPTURED_AT_MAX_AHEAD_MS) {
    const detail = `It lies ${aheadMs} ms ahead; ${limits.CAPTURED_AT_MAX_AHEAD_MS} ms are allowed.`;
    findings.push(finding("timestamp.ahead_of_clock", pointer, detail));
  }
  if (!moment.utc) findings.push(finding("timestamp.not_utc", pointer, NOT_UTC));
  return findings;
}

const UNREADABLE = {
  unparsable: "`occurred_at` is not an RFC 3339 date and time.",
  no_offset: "`occurred_at` names no offset from UTC, so it names no moment.",
};
const NOT_UTC = "`occurred_at` has an offset other than UTC; the feedback carries UTC.";

function gateStep({ request, about }: FeedbackToGate): Finding[] {
  if (request.type === "episode_outcome") return gateSteps(request, about);
  if (request.type !== "intervention" && request.type !== "failure") return [];
  const { at_step: step } = request;
  if (step === undefined) return [];
  if (request.inference_id !== undefined) {
    const detail = `The chunk has the steps 0 to ${about.chunkSize - 1}.`;
    return step < about.chunkSize ? [] : [finding("timestamp.step_outside_chunk", "/at_step", detail)];
  }
  // The last chunk that was served goes on after the step at which it was asked for.
  if (about.lastStep === null || step < about.lastStep + about.chunkSize) return [];
  const detail = `Its last chunk was asked for at step ${about.lastStep} and has ${about.chunkSize} steps.`;
  return [finding("timestamp.step_outside_episode", "/at_step", detail)];
}

function gateSteps(
  { steps }: Extract<FeedbackRequest, { type: "episode_outcome" }>,
  { lastStep }: FeedbackToGate["about"],
): Finding[] {
  if (steps === undefined || lastStep === null || steps >= lastStep) return [];
  return [finding("timestamp.steps_before_last", "/steps", `It was served at step ${lastStep}.`)];
}
