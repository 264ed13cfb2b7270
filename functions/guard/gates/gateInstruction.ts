import { type Finding, finding, type RuleId } from "../../contracts/gates.ts";
import type { GateLimits } from "./actInput.ts";
import { CONTROL_CHARACTERS, exceeds, HIDDEN_CHARACTERS } from "./textPatterns.ts";

/** What the rules of texts read of the settings. */
type TextLimits = Pick<GateLimits, "INSTRUCTION_MAX_CHARACTERS">;

/** Patterns look at so many code units; what is longer than its limit fails for its length already. */
const SCANNED_MIN_UNITS = 4096;
const UNITS_PER_CHARACTER = 2;

const scannedOf = (text: string, maxCharacters: number): string =>
  text.slice(0, Math.max(SCANNED_MIN_UNITS, UNITS_PER_CHARACTER * maxCharacters));

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

/** A name in braces as templates have it, what JavaScript makes of an object, or a word that stands for none. */
const PLACEHOLDER = /\{\{?\s*[a-z_][\w .-]{0,39}\}|\$\{|\[object Object\]/i;
const NO_TASK =
  /^(?:todo|tbd|n\/?a|none|null|undefined|nan|test|placeholder|instruction|lorem ipsum\b.*)\W*$/i;

type Check = readonly [rule: RuleId, holds: (text: string) => boolean];

const WARNINGS: readonly Check[] = [
  ["instruction.line_breaks", (text) => /[\n\r\u2028\u2029]/.test(text.trim())],
  ["instruction.repeated_characters", (text) => /(\S)\1{9}/u.test(text)],
  [
    "instruction.repeated_words",
    (text) => /(?<![\p{L}\p{N}])([\p{L}\p{N}]+)(?:\s+\1){3}(?![\p{L}\p{N}])/iu.test(text),
  ],
  ["instruction.prompt_template", holdsTemplate],
  ["instruction.replacement_character", (text) => text.includes("\ufffd")],
  ["instruction.unfilled_template", (text) => PLACEHOLDER.test(text) || NO_TASK.test(text.trim())],
  ["instruction.markup", (text) => /<\/?(?:[a-z][a-z0-9]{0,15})(?:\s[^<>]{0,200})?\/?>|<!--/i.test(text)],
];

const tooShort = (text: string): boolean => (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) === 1;
const holdsUrl = (text: string): boolean => /(?:https?:\/\/|\bwww\.)\S/i.test(text);

/** Judges an instruction that must be there. Details never quote it: they travel into logs. */
export function gateInstruction(
  instruction: string | null,
  limits: TextLimits,
  pointer = "/instruction",
): Finding[] {
  return instruction === null
    ? [finding("instruction.missing", pointer)]
    : gateText(instruction, limits.INSTRUCTION_MAX_CHARACTERS, pointer);
}

/**
 * What makes a text unfit to be acted on, looked for or embedded, whatever it is about. Takes time in proportion to
 * the text's length, which may be a document's.
 */
export function refuseText(text: string, maxCharacters: number, pointer: string): Finding[] {
  const scanned = scannedOf(text, maxCharacters);
  const rules: RuleId[] = [];
  const empty = emptiness(scanned);
  if (empty) rules.push(empty);
  if (!text.isWellFormed()) rules.push("instruction.lone_surrogate");
  if (exceeds(text, maxCharacters)) rules.push("instruction.too_long");
  if (CONTROL_CHARACTERS.test(scanned)) rules.push("instruction.control_characters");
  if (HIDDEN_CHARACTERS.test(scanned)) rules.push("instruction.hidden_characters");
  return rules.map((rule) => finding(rule, pointer));
}

/** Judges a text that stands for a task: an instruction, or a correction of one. */
function gateText(text: string, maxCharacters: number, pointer: string): Finding[] {
  const scanned = scannedOf(text, maxCharacters);
  const refusals = refuseText(text, maxCharacters, pointer);
  const empty = emptiness(scanned);
  const rules: RuleId[] = [];
  if (empty === null && tooShort(scanned)) rules.push("instruction.too_short");
  if (empty !== "instruction.url_only" && holdsUrl(scanned)) rules.push("instruction.contains_url");
  for (const [rule, holds] of WARNINGS) if (holds(scanned)) rules.push(rule);
  return [...refusals, ...rules.map((rule) => finding(rule, pointer))];
}
