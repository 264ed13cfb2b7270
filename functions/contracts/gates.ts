/** The six hard rejections. Each has its own problem code, metric label and line in docs/gates.md. */
export const GATES = [
  "robot_type",
  "action_vector",
  "safety_score",
  "instruction",
  "timestamp",
  "duplicate",
] as const;
export type Gate = (typeof GATES)[number];

/**
 * What a finding does: `reject` refuses the request, `warn` lets it pass and stands in the answer, `mark` is
 * found once the answer is given, in the outbox or on the way to storage, and stands in the record.
 */
export type Severity = "reject" | "warn" | "mark";

/** What a validator found: where, what, and what that does. */
export interface Finding {
  /** Id of the rule in the registry of validators, such as `instruction.too_long`. */
  readonly rule: string;
  readonly gate: Gate | "image";
  readonly severity: Severity;
  readonly pointer: string;
  readonly detail: string;
}

/** A named validator: the gate it belongs to, what it finds, and what the caller does about it. */
export interface GateRule {
  readonly gate: Finding["gate"];
  readonly severity: Finding["severity"];
  readonly summary: string;
  readonly fix: string;
}

const rejects =
  (gate: GateRule["gate"]) =>
  (summary: string, fix: string): GateRule => ({ gate, severity: "reject", summary, fix });
const warns =
  (gate: GateRule["gate"]) =>
  (summary: string, fix: string): GateRule => ({ gate, severity: "warn", summary, fix });

const marks =
  (gate: GateRule["gate"]) =>
  (summary: string, fix: string): GateRule => ({ gate, severity: "mark", summary, fix });

const robot = rejects("robot_type");
const robotWarns = warns("robot_type");
const instruction = rejects("instruction");
const instructionWarns = warns("instruction");
const timestamp = rejects("timestamp");
const timestampWarns = warns("timestamp");
const timestampMarks = marks("timestamp");
const image = rejects("image");
const imageWarns = warns("image");
const imageMarks = marks("image");
const vector = rejects("action_vector");
const vectorWarns = warns("action_vector");
const safety = rejects("safety_score");
const duplicate = rejects("duplicate");
const duplicateMarks = marks("duplicate");

const SLOWER = "Hold; check the model's statistics (norm_key) and control rate against this robot.";

/**
 * The registry of validators. An id never changes its meaning: it is in answers, metrics and records. Each
 * has a test that triggers it and a line in docs/gates.md, both checked.
 */
export const GATE_RULES = {
  "robot_type.missing": robot("No robot type was sent.", "Send `robot_type`, or set a default on the key."),
  "robot_type.malformed": robot(
    "The robot type is not a name: lower-case letters, digits and `_`, at most 64.",
    "Send a name that docs/robots.md lists.",
  ),
  "robot_type.not_listed": robot(
    "No robot type has this name.",
    "Send a name or an alias that docs/robots.md lists.",
  ),
  "robot_type.unknown": robot(
    "`unknown` is what data sets write when nobody noted the robot; no envelope fits it.",
    "Name the robot.",
  ),
  "robot_type.mixed": robot(
    "`mixed` is a word for exports; an action is for one robot.",
    "Name the robot that will move.",
  ),
  "robot_type.custom_unregistered": robot(
    "This organization has no such custom robot.",
    "Register the robot, or send a listed type.",
  ),
  "robot_type.mobile_base": robot(
    "The robot is a mobile base: it has no end effector to act with.",
    "Send the type of the arm that the base carries.",
  ),
  "robot_type.action_space_unsupported": robot(
    "The robot does not take actions in this space.",
    "Send an `action_space` that docs/robots.md lists for it.",
  ),
  "robot_type.environment_malformed": robot(
    "The environment is not a slug: lower-case letters, digits, `-` and `_`, at most 64.",
    "Send a slug such as `kitchen-2`.",
  ),
  "robot_type.alias": robotWarns(
    "The robot type was given by an alias; the record carries its listed name.",
    "Send the listed name.",
  ),

  "instruction.missing": instruction("No instruction was sent.", "Send `instruction`."),
  "instruction.empty": instruction("The instruction holds nothing but space.", "Say what is to be done."),
  "instruction.too_long": instruction(
    "The instruction is longer than INSTRUCTION_MAX_CHARACTERS, or an input to embed than EMBEDDINGS_INPUT_MAX_CHARACTERS.",
    "Send one short task.",
  ),
  "instruction.lone_surrogate": instruction(
    "The instruction holds half of a UTF-16 pair: it is not Unicode text.",
    "Send well-formed UTF-8.",
  ),
  "instruction.control_characters": instruction(
    "The instruction holds control characters.",
    "Send printable text.",
  ),
  "instruction.hidden_characters": instruction(
    "The instruction holds characters that hide or reorder text: a reader and a model would see two things.",
    "Remove bidirectional overrides, tags and zero-width spaces.",
  ),
  "instruction.no_words": instruction(
    "The instruction holds no letter and no digit.",
    "Say in words what is to be done.",
  ),
  "instruction.url_only": instruction("The instruction is only an address.", "Say what is to be done."),
  "instruction.too_short": instructionWarns(
    "The instruction is a single letter or digit.",
    "Say in words what is to be done.",
  ),
  "instruction.contains_url": instructionWarns(
    "The instruction holds an address; a policy does not follow it.",
    "Leave the address out.",
  ),
  "instruction.line_breaks": instructionWarns(
    "The instruction has several lines; policies are trained on one.",
    "Send one line.",
  ),
  "instruction.repeated_characters": instructionWarns(
    "One character stands ten or more times in a row.",
    "Send plain text.",
  ),
  "instruction.repeated_words": instructionWarns(
    "One word stands four or more times in a row.",
    "Send plain text.",
  ),
  "instruction.prompt_template": instructionWarns(
    "The instruction looks like a model's prompt template; the model adds its own.",
    "Send the bare task, without template tokens.",
  ),
  "instruction.markup": instructionWarns("The instruction holds markup.", "Send plain text."),
  "instruction.replacement_character": instructionWarns(
    "The instruction holds U+FFFD: somebody read it in the wrong encoding, and letters are lost.",
    "Read the text as UTF-8 where it comes from.",
  ),
  "instruction.unfilled_template": instructionWarns(
    "The instruction holds a placeholder that nobody filled, such as `{object}`, or is one, such as `todo`.",
    "Send what is to be done, with its objects by name.",
  ),

  "timestamp.unparsable": timestamp(
    "`captured_at` is not an RFC 3339 date and time.",
    "Send it as `2026-01-31T12:00:00.000Z`.",
  ),
  "timestamp.no_offset": timestamp(
    "`captured_at` names no offset from UTC, so it names no moment.",
    "End it with `Z`.",
  ),
  "timestamp.too_old": timestamp(
    "The observation is older than CAPTURED_AT_MAX_AGE_MS; the world has moved on.",
    "Look again, then ask anew; synchronize the clock.",
  ),
  "timestamp.ahead_of_clock": timestamp(
    "The observation comes from the future by more than CAPTURED_AT_MAX_AHEAD_MS.",
    "Synchronize the robot's clock.",
  ),
  "timestamp.step_without_episode": timestamp(
    "A step without an episode has no order.",
    "Send `episode_id` with `step`.",
  ),
  "timestamp.step_out_of_range": timestamp(
    "The step is negative, not whole, or above 2,147,483,647.",
    "Count steps from 0.",
  ),
  "timestamp.episode_malformed": timestamp(
    "The episode id is not 1 to 128 of letters, digits, `.`, `_`, `:` and `-`.",
    "Send a plain id, such as a UUID.",
  ),
  "timestamp.not_utc": timestampWarns(
    "`captured_at` has an offset other than UTC; the record carries UTC.",
    "Send UTC.",
  ),
  "timestamp.whole_seconds": timestampWarns(
    "`captured_at` names a second and no part of it; at control rate, steps become one moment.",
    "Send milliseconds.",
  ),
  "timestamp.stale_observation": timestamp(
    "The observation is older than `max_age_ms`, or, where that is not sent, than the chunk lasts that would answer it and CAPTURED_AT_MAX_AHEAD_MS: what it asks for is over.",
    "Look again, then ask anew; synchronize the clock. A robot that stood still since may send a longer `max_age_ms`.",
  ),
  "timestamp.age_without_capture": timestamp(
    "`max_age_ms` limits an age that nobody knows without `captured_at`.",
    "Send `captured_at` with `max_age_ms`.",
  ),
  "timestamp.delay_out_of_range": timestamp(
    "`inference_delay` is not a number of steps that leaves one of the chunk to do.",
    "Send how many steps the robot does meanwhile, less than a chunk has; choose a policy with longer chunks, or wait for the answer.",
  ),
  "timestamp.chunk_elapsed": timestampWarns(
    "By `captured_at`, the last step of the chunk was over before it was answered.",
    "A robot that waited may still take it; one that goes on meanwhile should look again.",
  ),
  "timestamp.captured_backwards": timestampMarks(
    "The step was captured before an earlier step of its episode.",
    "Take `captured_at` from one monotonic clock.",
  ),
  "timestamp.step_backwards": timestampMarks(
    "The step came after a later step of its episode.",
    "Send the steps of an episode in their order, and start a new `episode_id` for a new run.",
  ),

  "timestamp.before_record": timestamp(
    "Feedback happened before what it is about.",
    "Send when it happened, from a synchronized clock, or leave `occurred_at` out.",
  ),
  "timestamp.step_outside_chunk": timestamp(
    "The chunk that was served has no such step.",
    "Count the steps of the chunk from 0.",
  ),
  "timestamp.step_outside_episode": timestamp(
    "The episode did not get as far as that step.",
    "Count the steps of the episode as `step` on `act` does.",
  ),
  "timestamp.steps_before_last": timestamp(
    "The episode is said to have fewer steps than the last one that was served.",
    "Count the steps of the episode as `step` on `act` does.",
  ),

  "text.empty": instruction("The text holds nothing but space.", "Leave the field out."),
  "text.too_long": instruction(
    "The text is longer than FEEDBACK_TEXT_MAX_CHARACTERS.",
    "Send what matters; store long artefacts elsewhere.",
  ),
  "text.lone_surrogate": instruction(
    "The text holds half of a UTF-16 pair: it is not Unicode text.",
    "Send well-formed UTF-8.",
  ),
  "text.control_characters": instruction("The text holds control characters.", "Send printable text."),
  "text.hidden_characters": instruction(
    "The text holds characters that hide or reorder it: a reader and a model would see two things.",
    "Remove bidirectional overrides, tags and zero-width spaces.",
  ),

  "duplicate.content": duplicateMarks(
    "An older exchange holds equal content: it is served anew, and not kept again.",
    "Nothing to do. To have an answer replayed instead, send the same `Idempotency-Key`.",
  ),
  "duplicate.episode_step": duplicateMarks(
    "An older exchange holds this step of the episode: it is served anew, and not kept again.",
    "Count steps up, and start a new `episode_id` for a new run.",
  ),
  "duplicate.near_text": duplicateMarks(
    "An older text is nearly the same, by NEAR_TEXT_SIMILARITY_MIN: the record shows which.",
    "Nothing to do: it is kept. Leave it out where a training set should be varied.",
  ),
  "duplicate.near_image": duplicateMarks(
    "An older keyframe is nearly the same, by NEAR_IMAGE_DISTANCE_MAX_BITS: the record shows which.",
    "Nothing to do: it is kept. Leave it out where a training set should be varied.",
  ),
  "duplicate.feedback": duplicate(
    "The same was said of the same exchange or episode before.",
    "Do not send it again; `of` names the feedback that holds it.",
  ),

  "image.missing": image("No image was sent.", "Send `image`, or one camera in `images`."),
  "image.not_base64": image(
    "The image is neither base64 nor a base64 data URL.",
    "Send standard base64, with padding and without line breaks.",
  ),
  "image.unsupported_format": image(
    "The first bytes are not those of a JPEG, PNG or WebP.",
    "Send a JPEG, PNG or WebP.",
  ),
  "image.truncated_header": image(
    "The header ends or breaks before it says how large the image is.",
    "Send the whole file.",
  ),
  "image.truncated_file": image(
    "The file ends before its picture does: what is missing would be decoded as gray.",
    "Send the whole file.",
  ),
  "image.too_many_bytes": image("The image has more bytes than IMAGE_MAX_BYTES.", "Send a smaller image."),
  "image.too_small": image(
    "A side is shorter than IMAGE_MIN_PIXELS: nothing can be seen.",
    "Send the camera's frame.",
  ),
  "image.too_large": image("A side is longer than IMAGE_MAX_PIXELS.", "Scale the image down."),
  "image.animated": image("The image is animated; a moment has one frame.", "Send a single frame."),
  "image.type_mismatch": imageWarns(
    "The data URL, or the part, declares another type than the bytes have.",
    "Declare the type that the bytes have.",
  ),
  "image.camera_not_kept": imageWarns(
    "With those of the cameras before it, this picture exceeds RECORD_IMAGES_MAX_BYTES: the policy sees it, and the record does not keep it.",
    "Send smaller pictures, or fewer cameras, where all of them should be kept.",
  ),
  "image.blank": imageMarks(
    "The picture shows nothing: scaled to 32 × 32 it is evenly gray but for the noise of a sensor.",
    "Look at the camera: its cable, its lens cap, its exposure.",
  ),
  "image.extreme_aspect": imageWarns(
    "One side is more than four times the other; models squeeze it to a square.",
    "Crop to the scene.",
  ),

  "state.not_finite": vector("The state holds a number that is not finite.", "Send finite numbers."),
  "state.too_long": vector("The state has more than 256 numbers.", "Send the robot's own state."),
  "state.wrong_dimension": vectorWarns(
    "The state fits neither the joints nor the end effectors of this robot.",
    "Send joints and gripper, or pose and gripper, per arm.",
  ),
  "state.all_zero": vectorWarns(
    "Every number of the state is 0: a placeholder, not where a robot is.",
    "Send the measured state, or none.",
  ),
  "state.needed_for_absolute": vectorWarns(
    "An absolute action is checked against where the robot is, and the state does not say so.",
    "Send the state in the layout of the action.",
  ),

  "left_over.not_finite": vector(
    "What is left of the previous chunk holds a number that is not finite.",
    "Send the rows as they were answered.",
  ),
  "left_over.wrong_dimension": vector(
    "A row of the previous chunk has not as many numbers as the policy's actions.",
    "Send the rows as this policy answered them; after a change of policy, send none.",
  ),
  "left_over.too_short": vector(
    "Fewer rows of the previous chunk are left than `inference_delay` says will be done.",
    "Ask for the next chunk earlier, while enough of the last one is left.",
  ),

  "action.shape": vector("The chunk has no step, or a step has the wrong number of numbers.", SLOWER),
  "action.finite": vector("The chunk holds a number that is not finite.", SLOWER),
  "action.normalized": vector("A normalized number lies outside −1…1.", SLOWER),
  "action.gripper": vector("A gripper number lies outside the range of its convention.", SLOWER),
  "action.position": vector("A position leaves the envelope.", SLOWER),
  "action.rotation": vector("A rotation leaves the envelope.", SLOWER),
  "action.joint": vector("A joint leaves the envelope.", SLOWER),
  "action.position_jump": vector("A position jumps between two steps.", SLOWER),
  "action.rotation_jump": vector("A rotation jumps between two steps.", SLOWER),
  "action.joint_jump": vector("A joint jumps between two steps.", SLOWER),
  "action.position_travel": vector(
    "The chunk carries an end effector too far without looking again.",
    SLOWER,
  ),
  "action.rotation_travel": vector("The chunk turns an end effector too far without looking again.", SLOWER),
  "action.joint_travel": vector("The chunk turns a joint too far without looking again.", SLOWER),
  "action.seam_jump": vector(
    "The robot would jump where the chunk takes over from the previous one.",
    "Hold, or end the previous chunk; use a policy that continues `prev_chunk_left_over`.",
  ),
  "action.start_unknown": vector(
    "The first absolute step cannot be checked: the state does not say where the robot is.",
    "Send the state in the layout of the action.",
  ),
  "action.space_unsupported": vector(
    "The model answered in an action space that the robot does not take.",
    "Choose a model for this robot.",
  ),
  "action.idle": vectorWarns(
    "The chunk moves no joint and no end effector.",
    "Nothing to do where the robot has arrived or grasps; else look at the model.",
  ),
  "action.gripper_chatter": vectorWarns(
    "The gripper opens and closes three times or more within one chunk.",
    "Look at the model; smooth the gripper before it reaches the hand.",
  ),
  "safety_score.too_low": safety(
    "The safety score is below ACT_SAFETY_SCORE_MIN.",
    "Hold; look again, then ask anew.",
  ),
} as const satisfies Readonly<Record<string, GateRule>>;

export type RuleId = keyof typeof GATE_RULES;

/** A finding of a rule: its gate and severity are the registry's, the summary its detail unless given. */
export function finding(rule: RuleId, pointer: string, detail?: string): Finding {
  const { gate, severity, summary } = GATE_RULES[rule];
  return { rule, gate, severity, pointer, detail: detail ?? summary };
}

/** Whether the registry has a rule of that name. */
export const isRuleId = (name: string): name is RuleId => Object.hasOwn(GATE_RULES, name);
