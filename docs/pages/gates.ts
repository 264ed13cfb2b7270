import { GATED_ROUTES, RULE_IDS, routesOf } from "../../functions/contracts/gateRoutes.ts";
import { type Finding, GATE_RULES, type RuleId, type Severity } from "../../functions/contracts/gates.ts";
import { findRuleTests } from "./gateTests.ts";
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

const EFFECTS: Readonly<Record<Severity, string>> = { reject: "rejects", warn: "warns", mark: "marks" };

/** docs/gates.md: every named validator, by gate; `rule` of a problem or warning is a heading's row. */
export function renderGatesPage(): string {
  const tests = Map.groupBy(findRuleTests(), ({ rule }) => rule);
  const testOf = (rule: RuleId): string =>
    [...new Set((tests.get(rule) ?? []).map(({ path }) => `[test](../${path})`))].join(", ");
  const gates = Object.entries(GATE_TITLES).flatMap(([gate, title]) => {
    const own = RULE_IDS.filter((rule) => GATE_RULES[rule].gate === gate);
    return own.length === 0 ? [] : [`## ${title}`, rulesTable(own, testOf)];
  });
  const routes = Object.entries(GATED_ROUTES).map(([name, route]) => `${name} is \`${route}\``);
  return page(
    "Quality gates",
    "functions/contracts/gates.ts",
    `${RULE_IDS.length} named validators under six gates, and the images. An id never changes its meaning.`,
    "A rule that *rejects* answers 422 with the code of its gate (`gate_<gate>`; for a model's action `unsafe_action` with a `hold` chunk), names itself as `rule` and lists every rejection in `errors`. A rule that *warns* lets the request pass and stands in `warnings` of the answer and the record. A rule that *marks* is found once the answer is given, in the outbox or on the way to storage. Rejections are counted in `headgate_gate_rejections_total`, warnings and marks in `headgate_gate_warnings_total`.",
    `Every rule has a test that triggers it under its name, which a check demands. Of the routes, ${routes.join(", ")}.`,
    ...gates,
    "## What a duplicate does",
    "`duplicate` guards data, not motion: on `act`, equal content or an equal (episode, step) is inferred again and served with `recorded: false, reason: duplicate`; what is nearly equal is kept and marked ([duplicates](duplicates.md)).",
  );
}

const rulesTable = (rules: readonly RuleId[], testOf: (rule: RuleId) => string): string =>
  table(
    ["rule", "effect", "what it finds", "fix", "routes", "test"],
    rules.map((rule) => {
      const { severity, summary, fix } = GATE_RULES[rule];
      return [`\`${rule}\``, EFFECTS[severity], summary, fix, routesOf(rule).join(", "), testOf(rule)];
    }),
  );
