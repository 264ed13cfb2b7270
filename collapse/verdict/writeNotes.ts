import type { TablePlan } from "../contracts/columns.ts";
import type { CheckOptions } from "../contracts/options.ts";
import type { Evidence } from "../evidence/measureEvidence.ts";

/** What a reader must know of how the report came about, and what it does not say. */
export function writeNotes(known: {
  readonly plan: TablePlan;
  readonly evidence: Evidence;
  readonly options: CheckOptions;
}): string[] {
  const { plan, evidence, options } = known;
  const unread = plan.columns.filter(
    ({ kind, role }) => (kind === "text" || kind === "vector") && role !== "ignore",
  );
  const notes = [
    options.reference.length === 0 &&
      "No reference was given: the older half of the rows stands in for it, the newer half was judged, and the verdict is `indeterminate` at best.",
    sayDraws(evidence),
    plan.group !== null && `Rows of one \`${plan.group}\` are never split.`,
    unread.length > 0 &&
      `Not analyzed, since text and vectors cannot be yet: ${unread.map(({ name }) => `\`${name}\``).join(", ")}.`,
    "Harm is measured by linear, random-feature, tree and discriminator proxies on real rows held back; no trained harm model stands behind it yet, so no confidence is given.",
    options.quick && "A quick check: half the draws and pairs, so intervals are wider.",
  ];
  return notes.filter((note) => typeof note === "string");
}

function sayDraws({ drawnBy, rowsASide }: Evidence): string {
  const how = {
    rows: "drawn row by row from the sample",
    parts: "drawn as unions of 32 parts of the sample",
    buckets: "drawn as unions of the table's 64 buckets",
  }[drawnBy];
  return `The null compares real rows with real rows, about ${rowsASide.toLocaleString("en")} a side, ${how}.`;
}
