import { GATE_RULES } from "../../functions/contracts/gates.ts";
import { type Mutation, ofKind } from "./mutation.ts";

const GATES = "functions/guard/gates";
const REGISTRY = `${GATES}/gateRules.test.ts`;

type Switch = Pick<Mutation, "file" | "find" | "replace">;
const found = (rule: string): Mutation["test"] => ({
  file: REGISTRY,
  name: `${rule} is found where it applies`,
  written: "%s is found where it applies",
});

/** A rule that its judge never reports. */
const unreported = (rule: string): string => `.filter((found) => found.rule !== "${rule}")`;

const inAct = (rule: string): Switch => ({
  file: `${GATES}/gateActInput.ts`,
  find: "    ...gateState(input),\n  ];",
  replace: `    ...gateState(input),\n  ]${unreported(rule)};`,
});
const inFeedback = (rule: string): Switch => ({
  file: `${GATES}/gateFeedback.ts`,
  find: "  ...gateFeedbackText(feedback.request, context.limits),\n];",
  replace: `  ...gateFeedbackText(feedback.request, context.limits),\n]${unreported(rule)};`,
});
const inContinuation = (rule: string): Switch => ({
  file: `${GATES}/gateContinuation.ts`,
  find: "    ...gateAge(input, chunk, context),\n  ];",
  replace: `    ...gateAge(input, chunk, context),\n  ]${unreported(rule)};`,
});
const inAction = (rule: string): Switch => ({
  file: `${GATES}/gateAction.ts`,
  find: "function verdictOf(checks: readonly SafetyCheck[], warnings: readonly Finding[] = []): ActionVerdict {",
  replace: `function verdictOf(all: readonly SafetyCheck[], odd: readonly Finding[] = []): ActionVerdict {
  const checks = all${unreported(rule)};
  const warnings = odd${unreported(rule)};`,
});

const DRAINED = "functions/keep/drain/storeVectors.ts";
const marked = (name: string): Mutation["test"] => ({
  file: "functions/keep/duplicates/nearDuplicates.test.ts",
  name,
});

/** Where a rule is judged by none of the three: by the outbox, in the drain, by an index. */
const ELSEWHERE: Readonly<Record<string, Switch & Pick<Mutation, "test">>> = {
  "safety_score.too_low": {
    file: `${GATES}/gateAction.ts`,
    find: "if (!verdict.safe || verdict.score >= minimum) return verdict;",
    replace: "if (minimum > -1) return verdict;",
    test: found("safety_score.too_low"),
  },
  "timestamp.chunk_elapsed": {
    file: `${GATES}/gateContinuation.ts`,
    find: "return ageMs < chunkSize * stepSeconds * 1000 ?",
    replace: "return ageMs < Number.POSITIVE_INFINITY ?",
    test: found("timestamp.chunk_elapsed"),
  },
  "duplicate.content": {
    file: "functions/keep/outbox/entryQueue.ts",
    find: 'mark.startsWith(CONTENT) ? "duplicate.content"',
    replace: 'mark.startsWith(CONTENT) ? "duplicate.none"',
    test: found("duplicate.content"),
  },
  "duplicate.episode_step": {
    file: "functions/keep/outbox/entryQueue.ts",
    find: ': "duplicate.episode_step";',
    replace: ': "duplicate.none";',
    test: found("duplicate.episode_step"),
  },
  "duplicate.feedback": {
    file: "functions/keep/feedback/submitFeedback.ts",
    find: 'if (stored.kind === "duplicate") {',
    replace: 'if (stored.kind === "duplicate" && stored.of === "") {',
    test: {
      file: "functions/keep/feedback/feedback.test.ts",
      name: "is refused and names what holds it, also when both come at the same moment",
    },
  },
  "duplicate.near_text": {
    file: DRAINED,
    find: "...markTexts(organizationId, fresh, ports.configuration.NEAR_TEXT_SIMILARITY_MIN),",
    replace: "...markTexts(organizationId, fresh, 2),",
    test: marked("duplicate.near_text: a text that nearly repeats older ones names a record of the oldest"),
  },
  "duplicate.near_image": {
    file: DRAINED,
    find: "...markImages(organizationId, hashed, ports.configuration.NEAR_IMAGE_DISTANCE_MAX_BITS),",
    replace: "...markImages(organizationId, hashed, -1),",
    test: marked("duplicate.near_image: a keyframe names the nearest older one"),
  },
  "image.blank": {
    file: DRAINED,
    find: "hashed.filter(({ bits }) => bits.every((bit) => bit < 0.5))",
    replace: "hashed.filter(() => false)",
    test: marked("image.blank: a keyframe without any structure is marked, once"),
  },
  "timestamp.step_backwards": {
    file: "functions/keep/records/markOrder.ts",
    find: "from judged where step_backwards",
    replace: "from judged where false and step_backwards",
    test: marked("timestamp.step_backwards: a step behind a later one of its episode is marked"),
  },
  "timestamp.captured_backwards": {
    file: "functions/keep/records/markOrder.ts",
    find: "from judged where captured_backwards",
    replace: "from judged where false and captured_backwards",
    test: marked("timestamp.captured_backwards: a step captured before an earlier one is marked"),
  },
};

const DURING_FEEDBACK =
  /^(text\..*|timestamp\.(before_record|step_outside_chunk|step_outside_episode|steps_before_last))$/;

const IN_TIME = /^(left_over\..*|timestamp\.(stale_observation|age_without_capture|delay_out_of_range))$/;

const switchOf = (rule: string): Switch => {
  if (IN_TIME.test(rule)) return inContinuation(rule);
  if (rule.startsWith("action.")) return inAction(rule);
  return DURING_FEEDBACK.test(rule) ? inFeedback(rule) : inAct(rule);
};

/** Every rule of the registry, unreported. */
export const GATE_MUTATIONS = ofKind("gate")(
  Object.keys(GATE_RULES).map((rule) => ({
    id: `gate ${rule}`,
    of: rule,
    test: found(rule),
    ...switchOf(rule),
    ...ELSEWHERE[rule],
  })),
);
