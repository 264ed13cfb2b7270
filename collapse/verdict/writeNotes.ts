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
  const derived = new Set(plan.columns.map(({ derivedFrom }) => derivedFrom));
  const unread = plan.columns.filter(
    ({ name, kind, role }) => (kind === "text" || kind === "vector") && role !== "ignore" && !derived.has(name),
  );
  const notes = [
    options.reference.length === 0 &&
      "No reference was given: the first half of the rows, in the order of the files, counts as older and stands in for it; the second half was judged, and the verdict is `indeterminate` at best.",
    sayDraws(evidence),
    plan.group !== null && `Rows of one \`${plan.group}\` are never split.`,
    unread.length > 0 &&
      `Not analyzed, since they are texts or vectors beyond those that can be, or the reference is a profile: ${unread.map(({ name }) => `\`${name}\``).join(", ")}.`,
    "Harm is that of quick models (a ridge regression of random features, a tree of variables, a discriminator) on real rows held back. No harm model was fitted to what other models lose, so no confidence is given.",
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
