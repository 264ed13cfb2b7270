import { GATE_RULES, type RuleId } from "./gates.ts";

/** The routes that take data, by the name under which the table below says which rules they apply. */
export const GATED_ROUTES = {
  act: "POST /v1/act",
  embeddings: "POST /v1/embeddings",
  feedback: "POST /v1/feedback",
  search: "POST /v1/search",
} as const;
export type GatedRoute = keyof typeof GATED_ROUTES;

/** What applies where: the longest beginning of a rule's id that stands here decides. */
export const RULE_ROUTES: Readonly<Record<string, readonly GatedRoute[]>> = {
  "robot_type.": ["act"],
  "robot_type.not_listed": ["act", "feedback"],
  "instruction.": ["act"],
  "instruction.empty": ["act", "embeddings", "search"],
  "instruction.too_long": ["act", "embeddings", "search"],
  "instruction.lone_surrogate": ["act", "embeddings", "search"],
  "instruction.control_characters": ["act", "embeddings", "search"],
  "instruction.hidden_characters": ["act", "embeddings", "search"],
  "instruction.no_words": ["act", "embeddings", "search"],
  "instruction.url_only": ["act", "embeddings", "search"],
  "text.": ["feedback"],
  "timestamp.": ["act"],
  "timestamp.unparsable": ["act", "feedback"],
  "timestamp.no_offset": ["act", "feedback"],
  "timestamp.ahead_of_clock": ["act", "feedback"],
  "timestamp.not_utc": ["act", "feedback"],
  "timestamp.before_record": ["feedback"],
  "timestamp.step_outside_": ["feedback"],
  "timestamp.steps_before_last": ["feedback"],
  "image.": ["act", "search"],
  "image.missing": ["act"],
  "image.blank": ["act"],
  "image.camera_not_kept": ["act"],
  "state.": ["act"],
  "state.not_finite": ["act", "feedback"],
  "left_over.": ["act"],
  "action.": ["act", "feedback"],
  "action.idle": ["act"],
  "action.seam_jump": ["act"],
  "action.gripper_chatter": ["act"],
  "safety_score.": ["act", "feedback"],
  "duplicate.": ["act"],
  "duplicate.feedback": ["feedback"],
};

/** The routes that apply a rule; none where the table forgot it, which a test forbids. */
export function routesOf(rule: RuleId): readonly GatedRoute[] {
  const [longest] = Object.keys(RULE_ROUTES)
    .filter((beginning) => rule.startsWith(beginning))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? [] : (RULE_ROUTES[longest] ?? []);
}

/** Every rule of the registry, in its order. */
export const RULE_IDS = Object.keys(GATE_RULES).filter((id): id is RuleId => Object.hasOwn(GATE_RULES, id));
