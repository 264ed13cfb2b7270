import type { FeedbackRequest } from "../../contracts/feedbackRequest.ts";
import { type Finding, finding, type RuleId } from "../../contracts/gates.ts";
import { stableJson } from "../../contracts/stableJson.ts";
import type { FeedbackLimits } from "./feedbackInput.ts";
import { CONTROL_CHARACTERS, exceeds, HIDDEN_CHARACTERS } from "./textPatterns.ts";

type TextLimits = Pick<FeedbackLimits, "FEEDBACK_TEXT_MAX_CHARACTERS">;

/** Members that are words for people to read; they must say something. */
const COMMENTS = ["comment", "text", "reason", "note"] as const;
/** Members that are artefacts: text or JSON, and possibly empty. */
const ARTEFACTS = ["before", "after"] as const;

/** Judges all the text of feedback, in artefacts too. Details never quote it: they travel into logs. */
export function gateFeedbackText(request: FeedbackRequest | { note: string }, limits: TextLimits): Finding[] {
  const members: Partial<Record<string, unknown>> = request;
  return [
    ...COMMENTS.flatMap((name) => {
      const text = members[name];
      return typeof text === "string" ? judge(text, [text], `/${name}`, limits, true) : [];
    }),
    ...ARTEFACTS.flatMap((name) => {
      const value = members[name];
      return value === undefined ? [] : judge(asText(value), textsIn(value), `/${name}`, limits, false);
    }),
  ];
}

const asText = (value: unknown): string => (typeof value === "string" ? value : stableJson(value));

function judge(
  whole: string,
  parts: readonly string[],
  pointer: string,
  limits: TextLimits,
  mustSay: boolean,
): Finding[] {
  const rules: RuleId[] = [];
  if (mustSay && whole.trim() === "") rules.push("text.empty");
  if (exceeds(whole, limits.FEEDBACK_TEXT_MAX_CHARACTERS)) rules.push("text.too_long");
  if (!parts.every((part) => part.isWellFormed())) rules.push("text.lone_surrogate");
  if (parts.some((part) => CONTROL_CHARACTERS.test(part))) rules.push("text.control_characters");
  if (parts.some((part) => HIDDEN_CHARACTERS.test(part))) rules.push("text.hidden_characters");
  return rules.map((rule) => finding(rule, pointer));
}

/** Every text inside a JSON value, names of members too. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)]);
}
