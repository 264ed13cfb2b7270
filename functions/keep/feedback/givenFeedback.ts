import type { FeedbackBody } from "../../contracts/feedback.ts";
import type { FeedbackRequest } from "../../contracts/feedbackRequest.ts";
import { findRobot, platformOf } from "../../contracts/robots.ts";
import { parseMoment } from "../../guard/gates/gateTimestamp.ts";
import type { GivenFeedback } from "../../guard/seal/sealFeedback.ts";
import { diffEdit } from "./diffEdit.ts";
import type { FoundExchange } from "./findExchange.ts";

/** What is new about one piece of feedback, beside what was said and what it is about. */
export interface Arrival {
  readonly id: string;
  readonly createdAtMs: number;
  readonly keyId: string;
  readonly contentHash: string;
}

/** Feedback as it would be kept if everything might be: what was said, beside what it is about. */
export function givenFeedback(
  request: FeedbackRequest,
  exchange: FoundExchange,
  arrival: Arrival,
): GivenFeedback {
  const robot = findRobot(exchange.robotType);
  return {
    ...arrival,
    type: request.type,
    inferenceId: request.inference_id === undefined ? null : exchange.id,
    episodeId: exchange.episodeId,
    subjectRef: exchange.subjectRef,
    model: exchange.model,
    modelVersion: exchange.modelVersion,
    arm: exchange.arm,
    robotType: exchange.robotType,
    platform: robot === null ? "unlisted" : platformOf(robot),
    rating: request.type === "rating" ? request.rating : null,
    success: successOf(request),
    severity: request.type === "safety_report" ? request.severity : null,
    triage: request.type === "safety_report" ? "open" : null,
    body: bodyOf(request, exchange),
    occurredAtMs: occurredAtMs(request) ?? arrival.createdAtMs,
  };
}

function occurredAtMs({ occurred_at: text }: FeedbackRequest): number | null {
  const moment = text === undefined ? null : parseMoment(text);
  return moment?.kind === "moment" ? moment.ms : null;
}

function successOf(request: FeedbackRequest): boolean | null {
  if (request.type === "thumbs") return request.thumbs === "up";
  return request.type === "episode_outcome" ? request.success : null;
}

function bodyOf(request: FeedbackRequest, exchange: FoundExchange): FeedbackBody {
  switch (request.type) {
    case "rating":
    case "thumbs":
      return present({ comment: request.comment });
    case "correction":
      return present({ actions: request.actions, state: request.state, text: request.text });
    case "edit": {
      const { before, after } = request;
      return { before, after, diff: diffEdit(before, after) };
    }
    case "failure":
      return present({ category: request.category, at_step: request.at_step, comment: request.comment });
    case "safety_report":
      return present({ category: request.category, comment: request.comment });
    case "episode_outcome":
      return present({ steps: request.steps, duration_s: request.duration_s, reward: request.reward });
    case "intervention": {
      const { at_step, state, reason } = request;
      return present({ ...takeover(request, exchange), at_step, state, reason });
    }
  }
}

/** The chunk as it was served up to the takeover, where that is kept, then what the operator executed. */
function takeover(
  { at_step, actions }: Extract<FeedbackRequest, { type: "intervention" }>,
  { served }: FoundExchange,
): Pick<FeedbackBody, "actions" | "served_steps"> {
  const before = served?.slice(0, at_step).map((step) => [...step]) ?? [];
  return { actions: [...before, ...actions], served_steps: before.length };
}

const present = (
  body: { readonly [Name in keyof FeedbackBody]: FeedbackBody[Name] | undefined },
): FeedbackBody => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
