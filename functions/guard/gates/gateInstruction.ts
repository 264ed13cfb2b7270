import { type Finding, finding, type RuleId } from "../../contracts/gates.ts";
import type { GateLimits } from "./actInput.ts";

/** Patterns look at this much of a text; an instruction that is longer fails for its length already. */
const SCANNED_CHARACTERS = 4096;

const URL_TOKEN = /^(?:[a-z][a-z0-9+.-]{1,15}:\/\/|www\.)\S+$/i;
const TEMPLATE_TOKENS = [
  /<\|[a-z][a-z0-9_]{0,39}\|>/i,
  /<\/?s>|<(?:bos|eos|pad|image|start_of_turn|end_of_turn)>/i,
  /\[\/?INST\]|<<\/?SYS>>/i,
  /^\s*(?:system|assistant|user|human)\s*:/im,
  /^#{2,}\s*(?:instruction|response|system)\b/im,
];

const holdsTemplate = (text: string): boolean =>
  TEMPLATE_TOKENS.some((pattern) => pattern.test(text)) || (/\bin:\s/i.test(text) && /\bout:/i.test(text));

/** What makes a text no instruction at all; the first that holds is named. */
function emptiness(text: string): RuleId | null {
  if (text.trim() === "") return "instruction.empty";
  if (!/[\p{L}\p{N}]/u.test(text)) return "instruction.no_words";
  if (
    text
      .trim()
      .split(/\s+/)
      .every((token) => URL_TOKEN.test(token))
  )
    return "instruction.url_only";
  return null;
}

type Check = readonly [rule: RuleId, holds: (text: string) => boolean];

const CHECKS: readonly Check[] = [
  ["instruction.control_characters", (text) => /(?![\t\n\r])\p{Cc}/u.test(text)],
  [
    "instruction.hidden_characters",
    (text) => /[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u.test(text),
  ],
  ["instruction.line_breaks", (text) => /[\n\r\u2028\u2029]/.test(text.trim())],
  ["instruction.repeated_characters", (text) => /(\S)\1{9}/u.test(text)],
  [
    "instruction.repeated_words",
    (text) => /(?<![\p{L}\p{N}])([\p{L}\p{N}]+)(?:\s+\1){3}(?![\p{L}\p{N}])/iu.test(text),
  ],
  ["instruction.prompt_template", holdsTemplate],
  ["instruction.markup", (text) => /<\/?(?:[a-z][a-z0-9]{0,15})(?:\s[^<>]{0,200})?\/?>|<!--/i.test(text)],
];

const tooShort = (text: string): boolean => (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) === 1;
const holdsUrl = (text: string): boolean => /(?:https?:\/\/|\bwww\.)\S/i.test(text);

/** Judges the instruction. Details never quote it: they travel into logs. */
export function gateInstruction(instruction: string | null, limits: GateLimits): Finding[] {
  if (instruction === null) return [finding("instruction.missing", "/instruction")];
  const text = instruction.slice(0, SCANNED_CHARACTERS);
  const rules: RuleId[] = [];
  const empty = emptiness(text);
  if (empty) rules.push(empty);
  else if (tooShort(text)) rules.push("instruction.too_short");
  if (!instruction.isWellFormed()) rules.push("instruction.lone_surrogate");
  if (exceeds(instruction, limits.INSTRUCTION_MAX_CHARACTERS)) rules.push("instruction.too_long");
  if (empty !== "instruction.url_only" && holdsUrl(text)) rules.push("instruction.contains_url");
  for (const [rule, holds] of CHECKS) if (holds(text)) rules.push(rule);
  return rules.map((rule) => finding(rule, "/instruction"));
}

/** Whether a text has more code points than that; counts them only where the length leaves a doubt. */
function exceeds(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  return text.length > 2 * limit || Array.from(text).length > limit;
}
