import { type Finding, GATE_RULES, type GateRule } from "../../functions/contracts/gates.ts";
import { page, table } from "./table.ts";

const GATE_TITLES: Readonly<Record<Finding["gate"], string>> = {
  robot_type: "Robot type",
  action_vector: "Action vector",
  safety_score: "Safety score",
  instruction: "Instruction",
  timestamp: "Timestamp",
  duplicate: "Duplicate",
  image: "Image",
};

/** docs/gates.md: every named validator, by gate; `rule` of a problem or warning is a heading's row. */
export function renderGatesPage(): string {
  const rules: [string, GateRule][] = Object.entries(GATE_RULES);
  const gates = Object.entries(GATE_TITLES).flatMap(([gate, title]) => {
    const own = rules.filter(([, rule]) => rule.gate === gate);
    return own.length === 0 ? [] : [`## ${title}`, rulesTable(own)];
  });
  return page(
    "Quality gates",
    "functions/contracts/gates.ts",
    `${rules.length} named validators. A rule that rejects answers 422 with the code of its gate (\`gate_<gate>\`; for a model's action \`unsafe_action\` with a \`hold\` chunk), names itself as \`rule\` and lists every rejection in \`errors\`; a rule that warns lets the request pass and stands in \`warnings\`, in the record and in \`headgate_gate_warnings_total\`. An id never changes its meaning.`,
    ...gates,
    "## Duplicates",
    "`duplicate` guards data, not motion. On `act`, equal content or an equal (episode, step) is inferred again and served with `recorded: false, reason: duplicate`.",
  );
}

const rulesTable = (rules: readonly (readonly [string, GateRule])[]): string =>
  table(
    ["rule", "effect", "what it finds", "fix"],
    rules.map(([id, { severity, summary, fix }]) => [
      `\`${id}\``,
      severity === "reject" ? "rejects" : "warns",
      summary,
      fix,
    ]),
  );
